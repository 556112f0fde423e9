import { type Label, t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import { settings } from "../settings/settings";
import { SegmentedControl } from "../ui/SegmentedControl";

const COLOURS = [
  { value: "status", label: "Status" },
  { value: "kind", label: "Kind" },
  { value: "speed", label: "Speed" },
] as const satisfies readonly { readonly value: string; readonly label: Label }[];

/** What the colour of a marker means; its shape always shows the status. */
export function ColourChoice() {
  const { colours } = useReadable(settings);
  return (
    <div className="colour-choice">
      <span aria-hidden="true">{t("Colour by")}</span>
      <SegmentedControl
        label={t("Colour by")}
        options={COLOURS.map(({ value, label }) => ({ value, label: t(label) }))}
        value={colours}
        onChange={(value) => settings.change({ colours: value })}
      />
    </div>
  );
}
