import type { ReactNode } from "react";
import type { Mark } from "./mark";

interface MarkButtonProps {
  readonly mark: Mark;
  readonly className: string;
  readonly children: ReactNode;
}

/** A mark that cannot be chosen is plain text, not a disabled button. */
export function MarkButton({ mark, className, children }: MarkButtonProps) {
  if (mark.choose === undefined) return <div className={`${className} mark`}>{children}</div>;
  return (
    <button type="button" className={`${className} mark`} aria-pressed={mark.pressed} onClick={mark.choose}>
      {children}
    </button>
  );
}
