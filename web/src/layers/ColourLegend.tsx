import { kindColours } from "../charts/kindColour";
import { foldedKinds, OTHER } from "../charts/slices";
import { useEngine } from "../engine/useEngine";
import { SPEED_STEPS } from "../fleet/colouring";
import { formatSpeed } from "../format/speed";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import { settings } from "../settings/settings";

/** What the colours of markers mean, when they show more than the status. */
export function ColourLegend() {
  const { colours } = useReadable(settings);
  const counts = useReadable(useEngine().stats)?.by_kind ?? {};
  if (colours === "status") return null;
  return <>{(colours === "kind" ? kindMeanings(counts) : speedMeanings()).map(Meaning)}</>;
}

interface MeaningOf {
  readonly colour: string;
  readonly text: string;
}

function Meaning({ colour, text }: MeaningOf) {
  return (
    <li key={text}>
      <span className="kind-dot" style={{ background: colour }} />
      {text}
    </li>
  );
}

function kindMeanings(counts: Readonly<Record<string, number>>): MeaningOf[] {
  const kinds = foldedKinds(counts);
  const colours = kindColours(kinds);
  return kinds.map((kind) => ({ colour: colours.get(kind) ?? "", text: kind === OTHER ? t("other") : kind }));
}

function speedMeanings(): MeaningOf[] {
  return [0, ...SPEED_STEPS].map((step, index) => ({
    colour: `var(--speed-${index + 1})`,
    text: t("from {{speed}}", { speed: formatSpeed(step) }),
  }));
}
