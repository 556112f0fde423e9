import { createContext, useContext } from "react";
import { type DeviceFilter, NO_FILTER } from "./deviceFilter";

export interface DeviceFilterSetting {
  readonly filter: DeviceFilter;
  setFilter(filter: DeviceFilter): void;
}

export const DeviceFilterContext = createContext<DeviceFilterSetting>({
  filter: NO_FILTER,
  setFilter: () => {},
});

export function useDeviceFilter(): DeviceFilterSetting {
  return useContext(DeviceFilterContext);
}
