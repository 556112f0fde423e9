import { useEngine } from "../../engine/useEngine";
import { useServerNow } from "../../engine/useNow";
import { useReadablePart } from "../../lib/useReadable";
import { dataText } from "./connectionText";

/** How old the newest data of the fleet are, in words, or null. */
export function useDataText(): string | null {
  const now = useServerNow();
  return useReadablePart(useEngine().stats, (stats) => dataText(stats, now));
}
