import { formatShare } from "../format/count";
import { MarkButton } from "./MarkButton";
import type { Mark } from "./mark";
import { type Slice, slices } from "./slices";

interface DonutChartProps {
  readonly marks: readonly Mark[];
  readonly total: string;
  readonly unit: string;
}

/** The ring is for the eye and the pointer; the legend beside it holds the same marks as buttons. */
export function DonutChart({ marks, total, unit }: DonutChartProps) {
  const ring = slices(marks);
  const anyPressed = marks.some(({ pressed }) => pressed);
  return (
    <div className="donut">
      <svg className="donut-ring" viewBox="0 0 42 42" aria-hidden="true">
        <circle className="donut-track" cx="21" cy="21" r="16" />
        {ring.map((slice, index) => (
          <Arc key={slice.key} slice={slice} mark={marks[index]} dimmed={anyPressed} />
        ))}
        <text className="donut-total" data-long={total.length > 6} x="21" y="21.5">
          {total}
        </text>
        <text className="donut-unit" x="21" y="26">
          {unit}
        </text>
      </svg>
      <ul className="donut-legend">
        {ring.map((slice, index) => (
          <Entry key={slice.key} slice={slice} mark={marks[index]} />
        ))}
      </ul>
    </div>
  );
}

interface ArcProps {
  readonly slice: Slice;
  readonly mark: Mark | undefined;
  readonly dimmed: boolean;
}

function Arc({ slice, mark, dimmed }: ArcProps) {
  // A hairline between two slices, unless that would swallow the slice.
  const drawn = Math.max(slice.length - 0.6, Math.min(slice.length, 0.4));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the legend has the same choice as a button
    <circle
      className="donut-arc"
      data-dimmed={dimmed && !mark?.pressed}
      data-choosable={mark?.choose !== undefined}
      cx="21"
      cy="21"
      r="16"
      pathLength={100}
      stroke={mark?.colour}
      strokeDasharray={`${drawn} ${100 - drawn}`}
      strokeDashoffset={25 - slice.start}
      onClick={mark?.choose}
    />
  );
}

function Entry({ slice, mark }: { readonly slice: Slice; readonly mark: Mark | undefined }) {
  if (mark === undefined) return null;
  return (
    <li>
      <MarkButton className="donut-entry" mark={mark}>
        <span className="swatch" style={{ background: mark.colour }} />
        <span className="donut-label">{mark.label}</span> <span className="number">{mark.text}</span>{" "}
        <span className="number muted donut-share">{formatShare(slice.length)}</span>
      </MarkButton>
    </li>
  );
}
