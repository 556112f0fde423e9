import { barScale } from "./barScale";
import { MarkButton } from "./MarkButton";
import type { Mark } from "./mark";

interface BarChartProps {
  readonly marks: readonly Mark[];
  /** All that has no bar of its own, drawn hatched: it may be longer than the scale. */
  readonly rest?: Mark | undefined;
}

export function BarChart({ marks, rest }: BarChartProps) {
  const greatest = Math.max(0, ...marks.map(({ value }) => value));
  return (
    <ol className="bars">
      {marks.map((mark) => (
        <li key={mark.key}>
          <Bar mark={mark} scale={barScale(mark.value, greatest)} />
        </li>
      ))}
      {rest && (
        <li className="bars-rest">
          <Bar mark={rest} scale={barScale(rest.value, greatest)} />
        </li>
      )}
    </ol>
  );
}

function Bar({ mark, scale }: { readonly mark: Mark; readonly scale: number }) {
  return (
    <MarkButton className="bar" mark={mark}>
      <span className="bar-label">{mark.label}</span>{" "}
      <span className="bar-track">
        <span className="bar-fill" style={{ transform: `scaleX(${scale})`, background: mark.colour }} />
      </span>
      <span className="number bar-value">{mark.text}</span>
    </MarkButton>
  );
}
