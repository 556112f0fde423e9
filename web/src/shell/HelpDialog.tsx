import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { type Label, t } from "../words/t";

const KEYS: readonly (readonly [key: string, meaning: Label])[] = [
  ["/", "Search devices"],
  ["j k", "Next, previous device"],
  ["Enter", "Select the device of the list that is marked"],
  ["Esc", "Back out one level"],
  ["f", "Follow the selected device"],
  ["0", "Show the whole fleet"],
  ["h", "History layer"],
  ["Space", "In a replay: play, pause"],
  [", .", "In a replay: step back, step on"],
  ["[ ]", "Left, right panel"],
  ["d", "Theme: automatic, dark, light"],
  ["arrows + −", "Move and zoom the map, when it has the focus"],
  ["?", "This help"],
];

interface HelpDialogProps {
  readonly open: boolean;
  onClose(): void;
}

export function HelpDialog({ open, onClose }: HelpDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={onClose}>
      <header className="card-head">
        <h2 id="help-title">{t("Keyboard")}</h2>
        <button type="button" className="icon-button" aria-label={t("Close")} onClick={onClose}>
          <X aria-hidden />
        </button>
      </header>
      <dl className="keys">
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
