import { type Text, t } from "../i18n/t";
import { settings } from "../settings/settings";
import { formatNumber } from "./number";

type Length = Extract<Text, `{{length}} ${string}`>;

interface Unit {
  readonly text: Length;
  readonly metres: number;
}

interface System {
  readonly small: Unit;
  /** From here on, in metres, the large one is used. */
  readonly from: number;
  readonly large: Unit;
  /** Of heights. */
  readonly height: Unit;
}

const METRE: Unit = { text: "{{length}} m", metres: 1 };
const FOOT: Unit = { text: "{{length}} ft", metres: 0.3048 };
const SYSTEMS: Readonly<Record<"metric" | "imperial" | "nautical", System>> = {
  metric: { small: METRE, from: 999.5, large: { text: "{{length}} km", metres: 1000 }, height: METRE },
  imperial: { small: FOOT, from: 304.8, large: { text: "{{length}} mi", metres: 1609.344 }, height: FOOT },
  nautical: { small: METRE, from: 185.2, large: { text: "{{length}} nmi", metres: 1852 }, height: FOOT },
};

/** `820 m`, `48.2 km`, `1,204 km`; in the units that are set. */
export function formatDistance(metres: number): string {
  const { small, from, large } = SYSTEMS[settings.get().units];
  if (metres < from) return formatWhole(metres, small);
  const length = metres / large.metres;
  return t(large.text, { length: formatNumber(length, length < 99.95 ? 1 : 0) });
}

/** A height. */
export function formatHeight(metres: number): string {
  return formatWhole(metres, SYSTEMS[settings.get().units].height);
}

function formatWhole(metres: number, unit: Unit): string {
  return t(unit.text, { length: formatNumber(metres / unit.metres) });
}
