import type { Box } from "../lib/place";
import type { Message } from "./message";

export interface ReportedView {
  readonly bbox: Box;
  readonly zoom: number;
}

const COLUMNS = ["stale_at"];

/** The state of the server's fleet that a viewer has. One value: a `seq` means nothing in another epoch. */
interface ResumeToken {
  readonly epoch: string;
  readonly seq: number;
}

export interface ViewMessage extends ReportedView {
  readonly type: "view";
  readonly id: number;
  /** What this page can read beyond what every reader of the binary wire can. */
  readonly columns: readonly string[];
  readonly resume?: ResumeToken;
}

/** Numbers the views that are said, and keeps what the next link may go on from: "Coming back" of docs/protocol.md. */
export class Resumption {
  #id = 0; // of the view said last
  #view: ReportedView | null = null; // that view
  #answered = false;
  /** What was had of that view, by this link or, until it is answered, by one before. */
  #token: ResumeToken | null = null;

  /** What to say of another view on a link where one was said. */
  viewChanged(view: ReportedView): ViewMessage {
    this.#token = null;
    return this.#viewMessage(view);
  }

  /** What to say first on a new link. */
  resume(view: ReportedView): ViewMessage {
    if (!isSame(view, this.#view)) this.#token = null;
    const message = this.#viewMessage(view);
    return this.#token ? { ...message, resume: this.#token } : message;
  }

  /** To be told of all that the link says, in order, and of what could not be read as null. */
  onMessage(message: Message | null): void {
    if (message?.type === "ping") this.#advance(message.seq);
    else if (message?.type === "snapshot" || message?.type === "update") this.#onPositions(message);
    // It may have held positions, which would be missing for good.
    else if (!message) this.forget();
  }

  /** There is a gap, or the positions came from elsewhere: only a snapshot makes it right. */
  forget(): void {
    this.#token = null;
  }

  #viewMessage(view: ReportedView): ViewMessage {
    this.#id += 1;
    this.#view = view;
    this.#answered = false;
    return { type: "view", id: this.#id, columns: COLUMNS, ...view };
  }

  #advance(seq: number | null): void {
    if (this.#answered && this.#token && seq !== null) this.#token = { epoch: this.#token.epoch, seq };
  }

  #onPositions({ type, view, epoch, seq, garbled }: Message & { type: "snapshot" | "update" }): void {
    if (view === this.#id) this.#answered = true;
    // An update goes on from what was had, so without that, or in another epoch, something is missing.
    const whole = garbled === 0 && (type === "snapshot" || epoch === this.#token?.epoch);
    const resumable = this.#answered && whole && epoch !== null && seq !== null;
    this.#token = resumable ? { epoch, seq } : null;
  }
}

function isSame(view: ReportedView, other: ReportedView | null): boolean {
  return view.zoom === other?.zoom && view.bbox.every((degrees, side) => degrees === other.bbox[side]);
}
