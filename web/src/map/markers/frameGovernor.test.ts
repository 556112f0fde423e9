import { expect, test } from "vitest";
import { FrameGovernor } from "./frameGovernor";

/** So many seconds of frames, each so many ms after its request. */
function watch(governor: FrameGovernor, seconds: number, delay: number, start = 0): number {
  let now = start;
  for (; now < start + seconds * 1000; now += delay) governor.add(now, delay);
  return now;
}

test("frames in time keep the quality", () => {
  const governor = new FrameGovernor();
  watch(governor, 60, 16);
  expect(governor.quality).toBe("full");
});

test("frames that are late once, as while a page is opened, change nothing", () => {
  const governor = new FrameGovernor();
  watch(governor, 10, 16, watch(governor, 2.2, 80));
  expect(governor.quality).toBe("full");
});

test("frames that are late for four seconds lower it, a step at a time and no further than there are steps", () => {
  const governor = new FrameGovernor();
  const later = watch(governor, 4.4, 80);
  expect(governor.quality).toBe("coarse");
  const last = watch(governor, 4.4, 80, later);
  expect(governor.quality).toBe("sparse");
  watch(governor, 10, 80, last);
  expect(governor.quality).toBe("sparse");
});

test("one late frame among others is none of its business", () => {
  const governor = new FrameGovernor();
  for (let now = 0, frame = 0; now < 20_000; frame += 1) {
    const delay = frame % 10 === 0 ? 300 : 16;
    now += delay;
    governor.add(now, delay);
  }
  expect(governor.quality).toBe("full");
});

test("a machine that hardly manages a frame is spared as well", () => {
  const governor = new FrameGovernor();
  watch(governor, 20, 900);
  expect(governor.quality).toBe("sparse");
});

test("a frame now and then, because nothing moves, is not late", () => {
  const governor = new FrameGovernor();
  for (let now = 0; now < 60_000; now += 1000) governor.add(now, 16);
  expect(governor.quality).toBe("full");
});

test("what someone chose goes before what was measured", () => {
  const full = new FrameGovernor(() => "full");
  watch(full, 20, 900);
  expect(full.quality).toBe("full");
  expect(new FrameGovernor(() => "reduced").quality).toBe("coarse");
});
