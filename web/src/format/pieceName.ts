import type { Piece } from "../api/trips";
import { t } from "../i18n/t";
import { formatDistance } from "./distance";

export function pieceName(piece: Piece): string {
  return piece.type === "trip" ? t("Trip of {{distance}}", { distance: formatDistance(piece.distance) }) : t("Stop");
}
