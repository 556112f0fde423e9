import { useEngine } from "../../engine/useEngine";
import { useServerNow } from "../../engine/useNow";
import { useReadable } from "../../lib/useReadable";
import { dataText } from "./connectionText";

/** How old the newest data of the fleet are, in words, or null. */
export function useDataText(): string | null {
  return dataText(useReadable(useEngine().stats), useServerNow());
}
