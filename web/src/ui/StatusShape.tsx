import type { Status } from "../live/position";

const SHAPES: Readonly<Record<Status, string>> = {
  moving: "M8 1.5 13.5 14 8 11 2.5 14Z",
  idle: "M5 3h6a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2Z",
  stopped: "M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3Z",
  stale: "M8 3.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Z",
};

interface StatusShapeProps {
  readonly status: Status;
  /** Turns the arrow of what moves; degrees from north. */
  readonly course?: number | undefined;
}

/** The marker of the map for lists and legends: shape and colour both show the status. */
export function StatusShape({ status, course }: StatusShapeProps) {
  const turn = status === "moving" && course !== undefined ? `rotate(${course} 8 8)` : undefined;
  return (
    <svg className="status-shape" data-status={status} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[status]} transform={turn} />
    </svg>
  );
}
