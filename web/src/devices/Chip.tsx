import type { ReactNode } from "react";

export interface ChipProps {
  readonly pressed: boolean;
  readonly onToggle: () => void;
  readonly count: string;
  readonly children: ReactNode;
}

/** One condition of the filter, with how many devices fulfil it. */
export function Chip({ pressed, onToggle, count, children }: ChipProps) {
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={onToggle}>
      {children}
      <span className="number">{count}</span>
    </button>
  );
}
