import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";

interface IconButtonProps extends Omit<ComponentProps<"button">, "type" | "children" | "className"> {
  readonly name: string;
  readonly icon: LucideIcon;
  /** The key that does the same. */
  readonly shortcut?: string;
}

/** A button that shows a sign alone; its name is read out, and shown to who points at it. */
export function IconButton({ name, icon: Icon, shortcut, ...more }: IconButtonProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={name}
      aria-keyshortcuts={shortcut}
      title={shortcut ? `${name} (${shortcut})` : name}
      {...more}
    >
      <Icon aria-hidden />
    </button>
  );
}
