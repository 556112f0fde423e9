import { useEngine } from "../hooks/useEngine";
import { useServerNow } from "../hooks/useNow";
import { useReadable } from "../hooks/useReadable";
import { dataText } from "./connectionText";

/** How old the newest data of the fleet are, in words, or null. */
export function useDataText(): string | null {
  return dataText(useReadable(useEngine().stats), useServerNow());
}
