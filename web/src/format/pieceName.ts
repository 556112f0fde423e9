import type { Piece } from "../api/trips";
import { t } from "../words/t";
import { formatDistance } from "./distance";

export function pieceName(piece: Piece): string {
  return piece.type === "trip" ? t("Trip of {{distance}}", { distance: formatDistance(piece.distance) }) : t("Stop");
}
