import { CalendarDays } from "lucide-react";
import { type InputHTMLAttributes, useRef } from "react";
import { t } from "../i18n/t";
import { IconButton } from "../ui/IconButton";
import { formatTimeInput, parseTime } from "./timeInput";

interface TimeFieldProps extends Pick<InputHTMLAttributes<HTMLInputElement>, "aria-describedby" | "aria-invalid"> {
  readonly label: string;
  readonly value: string;
  /** Milliseconds. */
  readonly now: number;
  onChange(text: string): void;
}

/** A time that is typed, or taken from the calendar of the browser. */
export function TimeField({ label, value, now, onChange, ...described }: TimeFieldProps) {
  const picker = useRef<HTMLInputElement>(null);
  /** It begins at what was typed. */
  function pick(): void {
    const time = parseTime(value, now)?.[0];
    if (!picker.current) return;
    // The calendar knows no offset.
    picker.current.value = time === undefined ? "" : formatTimeInput(time).slice(0, 16).replace(" ", "T");
    picker.current.showPicker();
  }
  return (
    <div className="time-field">
      <label>
        {label}
        <input
          type="text"
          autoComplete="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          {...described}
        />
      </label>
      <span className="time-picker">
        <input
          ref={picker}
          type="datetime-local"
          tabIndex={-1}
          aria-hidden="true"
          onChange={(event) => onChange(event.target.value.replace("T", " "))}
        />
        <IconButton name={t("{{field}}: choose in a calendar", { field: label })} icon={CalendarDays} onClick={pick} />
      </span>
    </div>
  );
}
