import type { Box } from "../lib/place";
import { Value } from "../lib/readable";
import { Throttle } from "../lib/throttle";
import type { ReportedView } from "./resumption";
import type { VisibleArea } from "./viewReport";
import { needsReport, viewOf, withMargin } from "./viewReport";

const PACE = 400; // ms
const NOTICE_PACE = 500; // ms

/** Reports the view of the map to the server, only when a change matters. */
export class ViewReporter {
  readonly #send: (view: ReportedView) => void;
  readonly #pace = new Throttle(PACE, () => this.#report());
  readonly #notice = new Throttle(NOTICE_PACE, () => this.#publishBox());
  /** What the map shows, at most twice a second; null before the first frame. */
  readonly box = new Value<Box | null>(null);
  #reported: VisibleArea | null = null;
  #visible: VisibleArea | null = null;

  constructor(send: (view: ReportedView) => void) {
    this.#send = send;
  }

  onMapMove(visible: VisibleArea): void {
    if (!same(this.#visible, visible)) this.#notice.schedule();
    this.#visible = visible;
    if (needsReport(this.#reported, visible)) this.#pace.schedule();
  }

  stop(): void {
    this.#pace.stop();
    this.#notice.stop();
  }

  #publishBox(): void {
    if (this.#visible) this.box.set(viewOf(this.#visible).bbox);
  }

  #report(): void {
    if (!this.#visible) return;
    this.#reported = withMargin(this.#visible);
    this.#send(viewOf(this.#reported));
  }
}

function same(before: VisibleArea | null, after: VisibleArea): boolean {
  return before?.west === after.west && before.east === after.east && before.north === after.north;
}
