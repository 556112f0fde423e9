import { useEffect } from "react";
import { useEngine } from "../engine/useEngine";
import { useReadable } from "../lib/useReadable";
import { settings } from "../settings/settings";

/** Labels are a setting and a layer: whichever is changed, the other follows. */
export function useMapSettings(): void {
  const engine = useEngine();
  const { labels } = useReadable(settings);
  useEffect(() => {
    if (engine.layers.get().labels !== labels) engine.setLayer("labels", labels);
  }, [engine, labels]);
  useEffect(
    () =>
      engine.layers.subscribe(() => {
        const shown = engine.layers.get().labels;
        if (shown !== settings.get().labels) settings.change({ labels: shown });
      }),
    [engine],
  );
}
