import { useEffect } from "react";
import { kindColourNumbers } from "../charts/kindColour";
import { foldedKinds } from "../charts/slices";
import { useEngine } from "../engine/useEngine";
import { useReadable, useReadablePart } from "../lib/useReadable";
import { settings } from "../settings/settings";

/** Lets the map colour markers as was chosen; a kind has the colour that it has in the charts. */
export function useColouring(): void {
  const engine = useEngine();
  const { colours } = useReadable(settings);
  // As text, so that changed counts do not colour all markers again.
  const kinds = useReadablePart(engine.stats, (stats) => JSON.stringify(foldedKinds(stats?.by_kind ?? {})));
  useEffect(() => {
    engine.setColouring(colours === "kind" ? kindColourNumbers(JSON.parse(kinds) as string[]) : colours);
  }, [engine, colours, kinds]);
}
