import { useEffect, useState } from "react";
import { address, fetchBytes } from "../../api/request";
import { useEngine } from "../../engine/useEngine";
import { buildScript } from "./buildScript";

/** Whether the server serves a newer build than this page; checked after each reconnection. */
export function useNewVersion(): boolean {
  const engine = useEngine();
  const [outdated, setOutdated] = useState(false);
  useEffect(() => {
    const ended = new AbortController();
    let before = engine.connection.get().state;
    const stop = engine.connection.subscribe(() => {
      const { state } = engine.connection.get();
      const cameBack = state === "live" && before !== "live" && before !== "connecting";
      before = state;
      if (cameBack) void isOutdated(ended.signal).then((is) => is && setOutdated(true));
    });
    return () => {
      ended.abort();
      stop();
    };
  }, [engine]);
  return outdated;
}

async function isOutdated(signal: AbortSignal): Promise<boolean> {
  try {
    const served = buildScript(new TextDecoder().decode(await fetchBytes(address("./"), "text/html", signal)));
    return served !== null && served !== buildScript(document.documentElement.outerHTML);
  } catch {
    // It is checked again after the next reconnection.
    return false;
  }
}
