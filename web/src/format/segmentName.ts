import type { TripSegment } from "../api/trips";
import { t } from "../i18n/t";
import { formatDistance } from "./distance";

export function segmentName(piece: TripSegment): string {
  return piece.type === "trip" ? t("Trip of {{distance}}", { distance: formatDistance(piece.distance) }) : t("Stop");
}
