import type { Schemas } from "../api/openApi";

/** As `GET /api/stats` answers and as the socket sends twice a second. */
export type Stats = Schemas["Stats"];
export type DeviceDistance = Schemas["Driven"];
