import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { t } from "../i18n/t";
import { IconButton } from "./IconButton";

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  onClose(): void;
  readonly children: ReactNode;
}

/** Over the page, which waits for it; Esc closes it, and the focus goes back to where it was. */
export function Dialog({ title, open, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={titleId} onClose={onClose}>
      <header className="card-head">
        <h2 id={titleId}>{title}</h2>
        <IconButton name={t("Close")} icon={X} onClick={onClose} />
      </header>
      {open && children}
    </dialog>
  );
}
