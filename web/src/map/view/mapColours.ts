import type { Status } from "../../live/position";
import type { Theme } from "../../settings/theme";

export interface MapColours {
  readonly land: string;
  readonly water: string;
  readonly coast: string;
  readonly border: string;
  readonly river: string;
  readonly grid: string;
  readonly street: string;
  readonly arterial: string;
  readonly streetName: string;
  readonly placeName: string;
  readonly countryName: string;
  /** Around text, so that it can be read on anything. */
  readonly halo: string;
  /** Around markers, in the opposite tone. */
  readonly outline: string;
  readonly status: Readonly<Record<Status, string>>;
  /** Eight each, of kinds and of speeds. */
  readonly kinds: readonly string[];
  readonly speeds: readonly string[];
  readonly accent: string;
  readonly hover: string;
  readonly label: string;
  readonly labelBack: string;
  readonly historyFill: string;
  readonly historyRing: string;
  readonly historyText: string;
  /** From few to many; the same as the tokens --density-1 and on. */
  readonly density: readonly string[];
  readonly track: string;
}

const dark: MapColours = {
  land: "#182334",
  water: "#0c1524",
  coast: "#2c3d58",
  border: "#3a4d6b",
  river: "#12203a",
  grid: "rgba(140, 165, 205, 0.10)",
  street: "#26364f",
  arterial: "#33435c",
  streetName: "#8fa2c0",
  placeName: "#a3b4ce",
  countryName: "#7f93b3",
  halo: "rgba(12, 21, 36, 0.85)",
  outline: "#0b1220",
  status: { moving: "#3ddc97", idle: "#f5b83d", stopped: "#8fb4ff", stale: "#9aa8bc" },
  kinds: ["#56b4e9", "#e69f00", "#2bc59b", "#e389be", "#ff8a5b", "#8c9bff", "#f0e442", "#c8ced8"],
  speeds: ["#7484de", "#5b9bd8", "#45b3c9", "#35c9a8", "#6ddb7c", "#a8e65a", "#dcec4f", "#fff3a0"],
  accent: "#4cc2ff",
  hover: "#ffffff",
  label: "#e8eef8",
  labelBack: "rgba(11, 18, 32, 0.82)",
  historyFill: "rgba(105, 125, 160, 0.30)",
  historyRing: "rgba(150, 170, 205, 0.60)",
  historyText: "#dbe4f3",
  density: ["#5b2a86", "#8f2f8c", "#c43c75", "#ec6250", "#fb9a4b", "#fde49c"],
  track: "#4cc2ff",
};

const light: MapColours = {
  land: "#f1f3f6",
  water: "#cadbea",
  coast: "#a9bdd2",
  border: "#b4c0cf",
  river: "#bfd3e6",
  grid: "rgba(60, 85, 120, 0.10)",
  street: "#dbe1e9",
  arterial: "#c6cfdb",
  streetName: "#5a687c",
  placeName: "#4a5b73",
  countryName: "#76859b",
  halo: "rgba(255, 255, 255, 0.85)",
  outline: "#ffffff",
  status: { moving: "#08734a", idle: "#8a5600", stopped: "#2b5fb8", stale: "#5a687c" },
  kinds: ["#0072b2", "#9c6400", "#00785a", "#a8437f", "#b84a00", "#4a4fc4", "#7a6f00", "#545b66"],
  speeds: ["#6379c9", "#3a78bb", "#1f719e", "#0f6a80", "#0b6060", "#0d5540", "#2c4420", "#3d2f00"],
  accent: "#0063b3",
  hover: "#142033",
  label: "#142033",
  labelBack: "rgba(255, 255, 255, 0.88)",
  historyFill: "rgba(84, 104, 138, 0.24)",
  historyRing: "rgba(70, 90, 125, 0.55)",
  historyText: "#2c3b54",
  density: ["#f3d9a4", "#f2a766", "#e0704f", "#b9405f", "#842c69", "#4d1a5e"],
  track: "#0063b3",
};

export function coloursOf(colours: MapColours, speeds: boolean): readonly string[] {
  return speeds ? colours.speeds : colours.kinds;
}

export function mapColours(theme: Theme): MapColours {
  return theme === "dark" ? dark : light;
}
