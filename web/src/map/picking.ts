import type { DeviceGroup } from "../fleet/group";
import type { Measure } from "./measure/measure";
import type { Spots } from "./spots";

/** What is picked on the map: several devices, a spot, the points of a way. */
export interface Picking {
  readonly group: DeviceGroup;
  readonly spots: Spots;
  readonly measure: Measure;
}
