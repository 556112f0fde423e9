import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useEngine } from "../hooks/useEngine";
import { mapFilter, NO_FILTER } from "./deviceFilter";
import { DeviceFilterContext } from "./useDeviceFilter";

/** Holds the one filter and tells the map about it. */
export function DeviceFilterProvider({ children }: { readonly children: ReactNode }) {
  const engine = useEngine();
  const [filter, setFilter] = useState(NO_FILTER);
  const { statuses, kinds } = filter;
  useEffect(() => {
    engine.setFilter(mapFilter({ ...NO_FILTER, statuses, kinds }));
  }, [engine, statuses, kinds]);
  const setting = useMemo(() => ({ filter, setFilter }), [filter]);
  return <DeviceFilterContext value={setting}>{children}</DeviceFilterContext>;
}
