import { PanelLeftClose, PanelLeftOpen, PanelRightClose, PanelRightOpen } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "../words/t";

interface SidePanelProps {
  readonly side: "left" | "right";
  readonly open: boolean;
  onToggle(): void;
  readonly children: ReactNode;
}

const ICONS = {
  left: { open: PanelLeftOpen, close: PanelLeftClose, key: "[", name: "Left panel" },
  right: { open: PanelRightOpen, close: PanelRightClose, key: "]", name: "Right panel" },
} as const;

/** A panel beside the map and the button that puts it away. */
export function SidePanel({ side, open, onToggle, children }: SidePanelProps) {
  const icons = ICONS[side];
  const Icon = open ? icons.close : icons.open;
  return (
    <aside className={`side side-${side}`} data-open={open} aria-label={t(icons.name)}>
      <button
        type="button"
        className="icon-button map-button side-toggle"
        aria-expanded={open}
        aria-label={t(icons.name)}
        aria-keyshortcuts={icons.key}
        title={`${open ? t("Close the panel") : t("Open the panel")} (${icons.key})`}
        onClick={onToggle}
      >
        <Icon aria-hidden />
      </button>
      {open && <div className="side-body">{children}</div>}
    </aside>
  );
}
