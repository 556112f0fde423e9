import { Palette } from "../commands/Palette";
import { SettingsDialog } from "../settings/SettingsDialog";
import { HelpDialog } from "./HelpDialog";
import type { ShellState } from "./useShellState";

interface DialogsProps {
  readonly open: ShellState["dialog"];
  onClose(): void;
}

/** All that is shown over the page, one at a time. */
export function Dialogs({ open, onClose }: DialogsProps) {
  return (
    <>
      <HelpDialog open={open === "help"} onClose={onClose} />
      <SettingsDialog open={open === "settings"} onClose={onClose} />
      <Palette open={open === "palette"} onClose={onClose} />
    </>
  );
}
