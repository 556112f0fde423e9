import { type SubmitEvent, useId, useState } from "react";
import { t } from "../i18n/t";
import type { TimeRange } from "../lib/timeRange";
import { readRange } from "./historyRange";
import { TimeField } from "./TimeField";
import { formatTimeInput } from "./timeInput";

interface HistoryRangeFormProps {
  /** Milliseconds by the server's clock. */
  readonly now: number;
  /** What it is filled in with at first; null for the last two hours. */
  readonly first: TimeRange | null;
  onRange(range: TimeRange): void;
}

export function HistoryRangeForm({ now, first, onRange }: HistoryRangeFormProps) {
  const [from, setFrom] = useState(() => formatTimeInput(first?.from ?? now - 2 * 3_600_000));
  const [to, setTo] = useState(() => formatTimeInput(first?.to ?? now));
  const [problem, setProblem] = useState<string | null>(null);
  const problemId = useId();

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const reading = readRange(from, to, now);
    setProblem(reading.problem);
    if (reading.range) onRange(reading.range);
  }

  const described = problem === null ? {} : { "aria-describedby": problemId, "aria-invalid": true };
  return (
    <form className="range-form" noValidate onSubmit={submit}>
      <TimeField label={t("From")} value={from} now={now} onChange={setFrom} {...described} />
      <TimeField label={t("To")} value={to} now={now} onChange={setTo} {...described} />
      <button type="submit" className="button">
        {t("Show")}
      </button>
      {problem && (
        <p id={problemId} className="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
