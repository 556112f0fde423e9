import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";
import { keyName } from "../keyboard/keyTable";

interface IconButtonProps extends Omit<ComponentProps<"button">, "type" | "children"> {
  readonly name: string;
  readonly icon: LucideIcon;
  /** The key that does the same. */
  readonly shortcut?: string;
}

/** A button that shows a sign alone; its name is read out, and shown on hover. */
export function IconButton({ name, icon: Icon, shortcut, className = "", ...more }: IconButtonProps) {
  return (
    <button
      type="button"
      className={`icon-button ${className}`.trimEnd()}
      aria-label={name}
      aria-keyshortcuts={shortcut}
      title={shortcut ? `${name} (${keyName(shortcut)})` : name}
      {...more}
    >
      <Icon aria-hidden />
    </button>
  );
}
