import { type RefObject, useCallback, useEffect, useState } from "react";
import { remPixels } from "../lib/remPixels";
import { type RowWindow, rowWindow } from "./rowWindow";

// Before the first layout nothing is measured: enough for a tall screen.
const ASSUMED_HEIGHT = 900;
const ROW_REM = 3.25;

export interface ScrolledRows extends RowWindow {
  readonly rowHeight: number;
  /** The first that is wholly in sight. */
  readonly top: number;
  /** Rows that fit, for the page keys. */
  readonly page: number;
  reveal(row: number): void;
}

/** Follows the scrolling of a list whose rows are all as high as --row-height in panels.css. */
export function useRowWindow(list: RefObject<HTMLElement | null>, count: number): ScrolledRows {
  const [scroll, setScroll] = useState({ top: 0, height: ASSUMED_HEIGHT });
  const rowHeight = ROW_REM * remPixels();
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    const measure = (): void => setScroll({ top: element.scrollTop, height: element.clientHeight || ASSUMED_HEIGHT });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [list]);
  const reveal = useCallback(
    (row: number): void => {
      if (list.current !== null) scrollTo(list.current, row * rowHeight, rowHeight);
    },
    [list, rowHeight],
  );
  const page = Math.max(1, Math.floor(scroll.height / rowHeight) - 1);
  const top = Math.ceil(scroll.top / rowHeight);
  return { ...rowWindow(scroll.top, scroll.height, rowHeight, count), rowHeight, top, page, reveal };
}

function scrollTo(element: HTMLElement, top: number, rowHeight: number): void {
  const bottom = top + rowHeight;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (bottom > element.scrollTop + element.clientHeight) {
    element.scrollTop = bottom - element.clientHeight;
  }
}
