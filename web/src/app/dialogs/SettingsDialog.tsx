import { useId } from "react";
import { LANGUAGES, languageName } from "../../i18n/languages";
import { type Label, t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import { CHOICES, settings } from "../../settings/settings";
import { Dialog } from "../../ui/Dialog";
import { SegmentedControl } from "../../ui/SegmentedControl";

type Name = keyof typeof CHOICES;

const NAMES: Readonly<Record<Name, Label>> = {
  units: "Units",
  zone: "Time zone",
  theme: "Theme",
  colours: "Colour of the markers",
  quality: "Quality of the markers",
};

const ANSWERS: Readonly<Record<(typeof CHOICES)[Name][number], Label>> = {
  metric: "Metric",
  imperial: "Imperial",
  nautical: "Nautical",
  local: "Local",
  utc: "UTC",
  auto: "Automatic",
  dark: "Dark",
  light: "Light",
  full: "Full",
  reduced: "Reduced",
  status: "Status",
  kind: "Kind",
  speed: "Speed",
};

interface SettingsDialogProps {
  readonly open: boolean;
  onClose(): void;
}

/** How the page looks and speaks in this browser; each choice is applied at once. */
export function SettingsDialog({ open, onClose }: SettingsDialogProps) {
  return (
    <Dialog title={t("Settings")} open={open} onClose={onClose}>
      <div className="settings">
        <LanguageChoice />
        <Choice name="units" />
        <Choice name="zone" />
        <Choice name="theme" />
        <Choice name="colours" />
        <Choice name="quality" />
        <Switch name="labels" text="Names next to the markers" />
        <Switch name="shortcuts" text="Single-key shortcuts" />
      </div>
    </Dialog>
  );
}

function LanguageChoice() {
  const { language } = useReadable(settings);
  const id = useId();
  return (
    <div className="setting">
      <label htmlFor={id}>{t("Language")}</label>
      <select
        id={id}
        value={LANGUAGES.includes(language) ? language : "auto"}
        onChange={(event) => settings.change({ language: event.target.value })}
      >
        <option value="auto">{t("Automatic")}</option>
        {LANGUAGES.map((code) => (
          <option key={code} value={code} lang={code}>
            {languageName(code)}
          </option>
        ))}
      </select>
    </div>
  );
}

function Choice({ name }: { readonly name: Name }) {
  const { [name]: value } = useReadable(settings);
  return (
    <div className="setting">
      <span aria-hidden="true">{t(NAMES[name])}</span>
      <SegmentedControl
        label={t(NAMES[name])}
        options={CHOICES[name].map((choice) => ({ value: choice, label: t(ANSWERS[choice]) }))}
        value={value}
        onChange={(chosen) => settings.change({ [name]: chosen })}
      />
    </div>
  );
}

function Switch({ name, text }: { readonly name: "labels" | "shortcuts"; readonly text: Label }) {
  const { [name]: on } = useReadable(settings);
  return (
    <label className="setting">
      <span>{t(text)}</span>
      <input type="checkbox" checked={on} onChange={(event) => settings.change({ [name]: event.target.checked })} />
    </label>
  );
}
