export interface HashView {
  readonly zoom: number;
  readonly latitude: number;
  readonly longitude: number;
}

const LIMITS = { zoom: [0, 24], latitude: [-90, 90], longitude: [-180, 180] } as const;

/** `#z/lat/lon`, or null when the hash has another form. */
export function readHash(hash: string): HashView | null {
  const [place = ""] = hash.replace(/^#/, "").split("?");
  const parts = place.split("/");
  if (parts.length < 3 || parts.slice(0, 3).some((part) => part.trim() === "")) return null;
  const [zoom, latitude, longitude] = parts.map(Number);
  if (!within(zoom, LIMITS.zoom) || !within(latitude, LIMITS.latitude)) return null;
  if (!within(longitude, LIMITS.longitude)) return null;
  return { zoom, latitude, longitude };
}

/** As many decimals as a pixel of that zoom is worth, and no more. */
export function writeHash(view: HashView): string {
  const decimals = Math.max(1, Math.min(6, Math.ceil(view.zoom / 3.3)));
  const zoom = Math.round(view.zoom * 100) / 100;
  return `#${zoom}/${view.latitude.toFixed(decimals)}/${view.longitude.toFixed(decimals)}`;
}

function within(value: number | undefined, [least, most]: readonly [number, number]): value is number {
  return value !== undefined && Number.isFinite(value) && value >= least && value <= most;
}
