import { t } from "../../i18n/t";
import { KEY_TABLE, keyName, OTHER_KEYS } from "../../keyboard/keyTable";
import { useReadable } from "../../lib/useReadable";
import { settings } from "../../settings/settings";
import { Dialog } from "../../ui/Dialog";

interface HelpDialogProps {
  readonly open: boolean;
  onClose(): void;
}

export function HelpDialog({ open, onClose }: HelpDialogProps) {
  const { shortcuts } = useReadable(settings);
  return (
    <Dialog title={t("Keyboard")} open={open} onClose={onClose}>
      {!shortcuts && <p className="muted">{t("Single-key shortcuts are off in the settings.")}</p>}
      <dl className="keys">
        {KEY_TABLE.map(({ key, text }) => (
          <KeyLine key={key} keys={[keyName(key)]} text={t(text)} />
        ))}
        {OTHER_KEYS.map(({ keys, text }) => (
          <KeyLine key={text} keys={keys} text={t(text)} />
        ))}
      </dl>
    </Dialog>
  );
}

function KeyLine({ keys, text }: { readonly keys: readonly string[]; readonly text: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{text}</dd>
    </div>
  );
}
