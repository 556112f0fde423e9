import { createContext, useContext } from "react";
import type { Engine } from "./engine";

export const EngineContext = createContext<Engine | null>(null);

export function useEngine(): Engine {
  const engine = useContext(EngineContext);
  if (engine === null) throw new Error("useEngine: expected an EngineContext above, found none");
  return engine;
}
