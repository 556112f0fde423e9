import { act, renderHook } from "@testing-library/react";
import { createElement, type ReactNode } from "react";
import { expect, test } from "vitest";
import { fakeEngine } from "../testing/fakeEngine";
import { EngineContext } from "./useEngine";
import { useReplayMoment } from "./useFleetCounts";
import { useShownTime } from "./useNow";

function renderTime() {
  const engine = fakeEngine();
  let renders = 0;
  const wrapper = ({ children }: { children: ReactNode }) => createElement(EngineContext, { value: engine }, children);
  const { result } = renderHook(
    () => {
      renders += 1;
      return { moment: useReplayMoment(), time: useShownTime() };
    },
    { wrapper },
  );
  return { engine, result, renders: () => renders };
}

test("while a replay plays, what shows its moment is not rendered with every move of the play-head", () => {
  const { engine, result, renders } = renderTime();
  expect(result.current.moment).toBeNull();
  act(() => engine.replay.show({ from: 0, to: 100_000 }, 10_000));
  expect(result.current.time).toBe(10_000);
  act(() => engine.replay.play(true));
  const { moment } = result.current;
  const before = renders();
  for (let time = 11_000; time < 15_000; time += 1000) act(() => engine.replay.seek(time));
  expect(renders()).toBe(before);
  expect(result.current.moment).toBe(moment);
});

test("each step of a paused replay is another moment, shown at once", () => {
  const { engine, result } = renderTime();
  act(() => engine.replay.show({ from: 0, to: 100_000 }, 10_000));
  const { moment } = result.current;
  act(() => engine.replay.seek(20_000));
  expect(result.current.moment).not.toBe(moment);
  expect(result.current.time).toBe(20_000);
  act(() => engine.replay.end());
  expect(result.current.moment).toBeNull();
});
