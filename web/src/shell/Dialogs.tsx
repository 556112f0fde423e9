import { lazy, Suspense, useRef } from "react";
import { SettingsDialog } from "../settings/SettingsDialog";
import { HelpDialog } from "./HelpDialog";
import type { ShellState } from "./useShellState";

const Palette = lazy(() => import("../commands/Palette"));

interface DialogsProps {
  readonly open: ShellState["dialog"];
  onClose(): void;
}

/** All that is shown over the page, one at a time. */
export function Dialogs({ open, onClose }: DialogsProps) {
  const paletteWanted = useRef(false);
  if (open === "palette") paletteWanted.current = true;
  return (
    <>
      <HelpDialog open={open === "help"} onClose={onClose} />
      <SettingsDialog open={open === "settings"} onClose={onClose} />
      {paletteWanted.current && (
        <Suspense>
          <Palette open={open === "palette"} onClose={onClose} />
        </Suspense>
      )}
    </>
  );
}
