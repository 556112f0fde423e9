import type { Box } from "../lib/place";
import type { Message } from "./message";
import { REQUESTED_COLUMNS } from "./position";

export interface ReportedView {
  readonly bbox: Box;
  readonly zoom: number;
}

/** The state of the fleet that this page has. Both belong together: a `seq` means nothing in another epoch. */
interface ResumeToken {
  readonly epoch: string;
  readonly seq: number;
}

export interface ViewMessage extends ReportedView {
  readonly type: "view";
  readonly id: number;
  /** The optional columns of the binary format that this page can decode. */
  readonly columns: readonly string[];
  readonly resume?: ResumeToken;
}

/** Numbers the view messages, and keeps the token to resume from: "Coming back" in docs/protocol.md. */
export class Resumption {
  #id = 0; // of the last view message
  #view: ReportedView | null = null; // that view
  #answered = false;
  /** The state received for that view, on this connection or, until it is answered, on the one before. */
  #token: ResumeToken | null = null;

  /** The message for a new view on a connection that already has one. */
  viewChanged(view: ReportedView): ViewMessage {
    this.#token = null;
    return this.#viewMessage(view);
  }

  /** The first message on a new connection. */
  resume(view: ReportedView): ViewMessage {
    if (!isSame(view, this.#view)) this.#token = null;
    const message = this.#viewMessage(view);
    return this.#token ? { ...message, resume: this.#token } : message;
  }

  /** Takes every message of the connection in order; null is one that could not be decoded. */
  onMessage(message: Message | null): void {
    if (message?.type === "ping") this.#advance(message.seq);
    else if (message?.type === "snapshot" || message?.type === "update") this.#onPositions(message);
    // The message may have held positions, which would be missing for good.
    else if (!message) this.forget();
  }

  /** Positions are missing, or came from another source: only a snapshot restores the state. */
  forget(): void {
    this.#token = null;
  }

  #viewMessage(view: ReportedView): ViewMessage {
    this.#id += 1;
    this.#view = view;
    this.#answered = false;
    return { type: "view", id: this.#id, columns: REQUESTED_COLUMNS, ...view };
  }

  #advance(seq: number | null): void {
    if (this.#answered && this.#token && seq !== null) this.#token = { epoch: this.#token.epoch, seq };
  }

  #onPositions({ type, view, epoch, seq, garbled }: Message & { type: "snapshot" | "update" }): void {
    if (view === this.#id) this.#answered = true;
    // An update continues a known state: without one, or in another epoch, positions are missing.
    const whole = garbled === 0 && (type === "snapshot" || epoch === this.#token?.epoch);
    const resumable = this.#answered && whole && epoch !== null && seq !== null;
    this.#token = resumable ? { epoch, seq } : null;
  }
}

function isSame(view: ReportedView, other: ReportedView | null): boolean {
  return view.zoom === other?.zoom && view.bbox.every((degrees, side) => degrees === other.bbox[side]);
}
