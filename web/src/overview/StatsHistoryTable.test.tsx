import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { formatDelay } from "../format/delay";
import { StatsHistoryTable } from "./StatsHistoryTable";

test("it holds the last moment of every ten seconds, the newest first", () => {
  const noon = new Date(2026, 10, 27, 12).getTime();
  const trail = [0, 9, 10, 12, 25].map((second) => {
    return { time: noon + second * 1000, accepted: second, p50: second === 9 ? null : second, p99: null };
  });
  const columns = [
    { name: "Rate", write: ({ accepted }: { accepted: number }) => String(accepted) },
    { name: "Half within", write: ({ p50 }: { p50: number | null }) => formatDelay(p50) },
  ];
  render(<StatsHistoryTable caption="Latency" trail={trail} columns={columns} />);
  expect(screen.getAllByRole("row").map((row) => row.textContent)).toEqual([
    "TimeRateHalf within",
    "12:00:252525 ms",
    "12:00:121212 ms",
    "12:00:099–",
  ]);
});
