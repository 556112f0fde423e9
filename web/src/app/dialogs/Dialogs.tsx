import { CommandPalette } from "../../palette/CommandPalette";
import type { ShellState } from "../state/useShellState";
import { HelpDialog } from "./HelpDialog";
import { SettingsDialog } from "./SettingsDialog";

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
      <CommandPalette open={open === "palette"} onClose={onClose} />
    </>
  );
}
