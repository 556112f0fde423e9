import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useEngine } from "../engine/useEngine";
import { mapFilter, NO_FILTER } from "../fleet/deviceFilter";
import { DEFAULT_ORDER } from "../fleet/deviceOrder";
import { DeviceFilterContext } from "./useDeviceFilter";

/** Holds the one filter and the order of the list, and applies the filter to the map. */
export function DeviceFilterProvider({ children }: { readonly children: ReactNode }) {
  const engine = useEngine();
  const [filter, setFilter] = useState(NO_FILTER);
  const [order, setOrder] = useState(DEFAULT_ORDER);
  const { statuses, kinds } = filter;
  useEffect(() => {
    engine.setFilter(mapFilter({ ...NO_FILTER, statuses, kinds }));
  }, [engine, statuses, kinds]);
  const setting = useMemo(() => ({ filter, setFilter, order, setOrder }), [filter, order]);
  return <DeviceFilterContext value={setting}>{children}</DeviceFilterContext>;
}
