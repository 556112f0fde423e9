import { useEffect, useEffectEvent, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Moment } from "./timeSeries";

const HEIGHT = 132; // pixels
const OUTSIDE = -10; // pixels: where no cursor is

export interface LineChartProps {
  readonly moments: readonly Moment[];
  /** The value as it is written at the axis. */
  write(value: number): string;
  writeTime(time: number): string;
  /** The place in the moments that is marked, or null. */
  readonly at: number | null;
  onPoint(place: number | null): void;
  onChoose(): void;
  /** A time at which a line stands that moves with it: one function for as long as there is the chart. */
  head?(): number;
}

/** A line over time, drawn by uPlot, with gaps where no value is known. It is not animated. */
export default function LineChart({ moments, write, writeTime, at, onPoint, onChoose, head }: LineChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const point = useEffectEvent((made: uPlot) =>
    onPoint((made.cursor.left ?? OUTSIDE) < 0 ? null : (made.cursor.idx ?? null)),
  );
  const choose = useEffectEvent(() => onChoose());
  const moveHead = useEffectEvent((made: uPlot) => head && keepAt(made, head));
  const values = useEffectEvent((ticks: number[]) => ticks.map(write));
  const times = useEffectEvent((ticks: number[]) => ticks.map(writeTime));
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(optionsOf(element, { point, values, times }), [[], []], element);
    chart.current = made;
    made.over.addEventListener("click", () => choose());
    const stopHead = moveHead(made);
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      stopHead?.();
      made.destroy();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setData([moments.map(({ time }) => time), moments.map(({ value }) => value)]);
  }, [moments]);
  useEffect(() => {
    const [made, moment] = [chart.current, at === null ? undefined : moments[at]];
    if (!made || made.cursor.idx === at) return;
    made.setCursor({ left: moment ? made.valToPos(moment.time, "x") : OUTSIDE, top: moment ? 1 : OUTSIDE }, false);
  }, [at, moments]);
  return <div ref={place} className="time-line" aria-hidden="true" />;
}

/** Keeps a line at a time, frame by frame; returns what ends that. */
function keepAt(made: uPlot, time: () => number): () => void {
  const line = document.createElement("div");
  line.className = "time-head";
  made.over.append(line);
  let frame = requestAnimationFrame(function move() {
    const left = made.valToPos(time(), "x");
    line.hidden = !(left >= 0 && left <= made.over.clientWidth);
    line.style.transform = `translateX(${left}px)`;
    frame = requestAnimationFrame(move);
  });
  return () => cancelAnimationFrame(frame);
}

interface Hooks {
  point(made: uPlot): void;
  values(ticks: number[]): string[];
  times(ticks: number[]): string[];
}

function optionsOf(element: HTMLElement, { point, values, times }: Hooks): uPlot.Options {
  const { fontFamily } = getComputedStyle(element);
  const [line, text] = [colourOf(element, "--accent"), colourOf(element, "--muted")];
  const axis = {
    stroke: text,
    font: `11px ${fontFamily}`,
    grid: { stroke: faint(text), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    ms: 1,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7, fill: line } },
    scales: { y: { range: (_, least, most) => [Math.min(0, least), most > least ? most * 1.05 : least + 1] } },
    series: [{}, { stroke: line, width: 1.5, fill: faint(line), spanGaps: false, points: { show: false } }],
    axes: [
      { ...axis, size: 24, space: 70, values: (_, ticks) => times(ticks) },
      { ...axis, size: 62, space: 28, values: (_, ticks) => values(ticks) },
    ],
    hooks: { setCursor: [point] },
  };
}

/** Of a token, as it is in the theme that is shown: a canvas knows no `light-dark()`. */
function colourOf(element: HTMLElement, token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function faint(colour: string): string {
  return colour.replace("rgb(", "rgba(").replace(")", ", 0.14)");
}
