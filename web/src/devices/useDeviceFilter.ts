import { createContext, useContext } from "react";
import { type DeviceFilter, NO_FILTER } from "../fleet/deviceFilter";
import { DEFAULT_ORDER, type DeviceOrder } from "../fleet/deviceOrder";

export interface DeviceFilterSetting {
  readonly filter: DeviceFilter;
  setFilter(filter: DeviceFilter): void;
  /** Of the list. */
  readonly order: DeviceOrder;
  setOrder(order: DeviceOrder): void;
}

export const DeviceFilterContext = createContext<DeviceFilterSetting>({
  filter: NO_FILTER,
  setFilter: () => {},
  order: DEFAULT_ORDER,
  setOrder: () => {},
});

export function useDeviceFilter(): DeviceFilterSetting {
  return useContext(DeviceFilterContext);
}
