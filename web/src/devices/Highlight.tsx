import { searchMatch } from "./searchMatch";

interface HighlightProps {
  readonly text: string;
  readonly search: string;
}

/** A text with the part marked that was searched for. */
export function Highlight({ text, search }: HighlightProps) {
  const match = searchMatch(text, search);
  if (match === null) return text;
  const [start, end] = match;
  return (
    <>
      {text.slice(0, start)}
      <mark>{text.slice(start, end)}</mark>
      {text.slice(end)}
    </>
  );
}
