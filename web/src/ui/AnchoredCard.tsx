import type { ReactNode } from "react";

const HEIGHT = 80; // pixels that it needs above the place

interface AnchoredCardProps {
  /** Pixels of the map. */
  readonly x: number;
  readonly y: number;
  /** It is not read out. */
  readonly hidden: boolean;
  readonly children: ReactNode;
}

/** A card above a place of the map, or below it where there is no room. */
export function AnchoredCard({ x, y, hidden, children }: AnchoredCardProps) {
  return (
    <div className="hover-card" aria-hidden={hidden} data-below={y < HEIGHT} style={{ left: inside(x), top: y }}>
      <div className="hover-card-body">{children}</div>
    </div>
  );
}

/** As near to the place as leaves the whole card on the map; half of its greatest width is that of stage.css. */
function inside(x: number): string {
  return `clamp(9.25rem, ${x}px, calc(100% - 9.25rem))`;
}
