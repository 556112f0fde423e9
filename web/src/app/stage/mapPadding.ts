import { remPixels } from "../../lib/remPixels";
import type { Padding } from "../../map/view/padding";
import type { Layout } from "../../ui/useLayout";
import { type SheetStop, sheetHeight } from "../state/sheetStops";

const EDGE = 24;
/** What lies over the map grows with the text. */
const FOOT_REM = 10.5;
const MOBILE_FOOT_REM = 6.5;
const MOBILE_TOP_REM = 4;

/** Which edges of the map something lies over. Side panels are next to the map, the sheet lies on it. */
export function mapPadding(layout: Layout, stop: SheetStop, viewport: number): Padding {
  const sides = { left: EDGE, right: EDGE };
  const rem = remPixels();
  if (layout !== "mobile" || stop === "peek") {
    const [top, foot] = layout === "mobile" ? [MOBILE_TOP_REM * rem, MOBILE_FOOT_REM] : [EDGE, FOOT_REM];
    return { ...sides, top, bottom: foot * rem };
  }
  // The map itself ends where the sheet that peeks begins; a higher one covers what else lies at its foot.
  // Under a full sheet nothing is left to centre in; the place it had at half stays.
  const covered = sheetHeight("half", viewport) - sheetHeight("peek", viewport);
  return { ...sides, top: MOBILE_TOP_REM * rem, bottom: covered + EDGE };
}
