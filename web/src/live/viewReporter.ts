import { Pace } from "../lib/pace";
import type { Box } from "../lib/place";
import { Value } from "../lib/readable";
import type { ReportedView } from "./resumption";
import type { VisibleArea } from "./viewReport";
import { needsReport, reportOf, withMargin } from "./viewReport";

const PACE = 400; // ms
const NOTICE_PACE = 500; // ms

/** Tells the server what the map shows, no more often than it can matter. */
export class ViewReporter {
  readonly #tell: (view: ReportedView) => void;
  readonly #pace = new Pace(PACE, () => this.#report());
  readonly #notice = new Pace(NOTICE_PACE, () => this.#look());
  /** What the map shows, at most twice a second; null before the first frame. */
  readonly box = new Value<Box | null>(null);
  #told: VisibleArea | null = null;
  #visible: VisibleArea | null = null;

  constructor(tell: (view: ReportedView) => void) {
    this.#tell = tell;
  }

  moved(visible: VisibleArea): void {
    if (!same(this.#visible, visible)) this.#notice.ask();
    this.#visible = visible;
    if (needsReport(this.#told, visible)) this.#pace.ask();
  }

  stop(): void {
    this.#pace.stop();
    this.#notice.stop();
  }

  #look(): void {
    if (this.#visible) this.box.set(reportOf(this.#visible).bbox);
  }

  #report(): void {
    if (!this.#visible) return;
    this.#told = withMargin(this.#visible);
    this.#tell(reportOf(this.#told));
  }
}

function same(before: VisibleArea | null, after: VisibleArea): boolean {
  return before?.west === after.west && before.east === after.east && before.north === after.north;
}
