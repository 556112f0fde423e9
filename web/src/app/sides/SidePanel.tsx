import { PanelLeftClose, PanelLeftOpen, PanelRightClose, PanelRightOpen } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "../../i18n/t";
import { IconButton } from "../../ui/IconButton";

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
  return (
    <aside className={`side side-${side}`} data-open={open} aria-label={t(icons.name)}>
      <IconButton
        className="map-button side-toggle"
        name={t(icons.name)}
        icon={open ? icons.close : icons.open}
        shortcut={icons.key}
        title={`${open ? t("Close the panel") : t("Open the panel")} (${icons.key})`}
        aria-expanded={open}
        onClick={onToggle}
      />
      {open && <div className="side-body">{children}</div>}
    </aside>
  );
}
