import { type Label, t } from "../words/t";
import { Dialog } from "./Dialog";

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
  return (
    <Dialog title={t("Keyboard")} open={open} onClose={onClose}>
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
    </Dialog>
  );
}
