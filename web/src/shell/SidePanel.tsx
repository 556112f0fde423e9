import { PanelLeftClose, PanelLeftOpen, PanelRightClose, PanelRightOpen } from "lucide-react";
import type { ReactNode } from "react";

interface SidePanelProps {
  readonly side: "left" | "right";
  readonly open: boolean;
  onToggle(): void;
  readonly children: ReactNode;
}

const ICONS = {
  left: { open: PanelLeftOpen, close: PanelLeftClose, key: "[" },
  right: { open: PanelRightOpen, close: PanelRightClose, key: "]" },
} as const;

/** A panel beside the map and the button that puts it away. */
export function SidePanel({ side, open, onToggle, children }: SidePanelProps) {
  const icons = ICONS[side];
  const Icon = open ? icons.close : icons.open;
  return (
    <aside className={`side side-${side}`} data-open={open} aria-label={`${side} panel`}>
      <button
        type="button"
        className="icon-button map-button side-toggle"
        aria-expanded={open}
        aria-label={`${side === "left" ? "Left" : "Right"} panel`}
        aria-keyshortcuts={icons.key}
        title={`${open ? "Close" : "Open"} the panel (${icons.key})`}
        onClick={onToggle}
      >
        <Icon aria-hidden />
      </button>
      {open && <div className="side-body">{children}</div>}
    </aside>
  );
}
