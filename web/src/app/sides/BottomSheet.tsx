import type { ReactNode } from "react";
import { t } from "../../i18n/t";
import { nextStop, type SheetStop } from "../state/sheetStops";
import { useSheetDrag } from "./useSheetDrag";

interface BottomSheetProps {
  readonly stop: SheetStop;
  onStop(stop: SheetStop): void;
  readonly children: ReactNode;
}

export function BottomSheet({ stop, onStop, children }: BottomSheetProps) {
  const { dragged, handlers } = useSheetDrag(stop, onStop);
  const style = dragged === null ? {} : { height: dragged, transition: "none" };
  return (
    <aside className="sheet" aria-label={t("Panels")} data-stop={stop} style={style}>
      <button
        type="button"
        className="sheet-handle"
        aria-label={t("Panel height: {{height}}. Change to {{next}}", { height: t(stop), next: t(nextStop(stop)) })}
        {...handlers}
      />
      {children}
    </aside>
  );
}
