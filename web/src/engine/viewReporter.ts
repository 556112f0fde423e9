import { Pace } from "./pace";
import type { ReportedView } from "./resumption";
import type { VisibleArea } from "./viewReport";
import { needsReport, reportOf, withMargin } from "./viewReport";

const PACE = 400; // ms

/** Tells the server what the map shows, no more often than it can matter. */
export class ViewReporter {
  readonly #tell: (view: ReportedView) => void;
  readonly #pace = new Pace(PACE, () => this.#report());
  #told: VisibleArea | null = null;
  #visible: VisibleArea | null = null;

  constructor(tell: (view: ReportedView) => void) {
    this.#tell = tell;
  }

  moved(visible: VisibleArea): void {
    this.#visible = visible;
    if (needsReport(this.#told, visible)) this.#pace.ask();
  }

  stop(): void {
    this.#pace.stop();
  }

  #report(): void {
    if (!this.#visible) return;
    this.#told = withMargin(this.#visible);
    this.#tell(reportOf(this.#told));
  }
}
