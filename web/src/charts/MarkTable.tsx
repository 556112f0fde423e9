import type { Mark } from "./mark";

interface MarkTableProps {
  readonly caption: string;
  readonly what: string;
  readonly measure: string;
  readonly marks: readonly Mark[];
}

/** The same marks as a chart shows, to be read. */
export function MarkTable({ caption, what, measure, marks }: MarkTableProps) {
  return (
    <table className="mark-table">
      <caption className="hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{what}</th>
          <th scope="col" className="number">
            {measure}
          </th>
        </tr>
      </thead>
      <tbody>
        {marks.map((mark) => (
          <tr key={mark.key}>
            <th scope="row">{mark.label}</th>
            <td className="number">{mark.text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
