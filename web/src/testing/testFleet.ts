import { expect } from "vitest";
import type { Message } from "../live/message";
import type { LivePosition } from "../live/position";
import { TestLink } from "./testLink";

const DEVICES = 6;
const VIEWS = [0, 1].map((west) => ({ bbox: [west, 0, west + 1, 1] as const, zoom: 10 }));

/** For tests: a server of a few devices and a map that looks at half of them, to which anything may happen. */
export class TestFleet {
  readonly #link = new TestLink();
  readonly #map = new Map<string, number>();
  readonly #states = new Map<string, number[]>(); // by epoch and seq: the time of each device
  #random: number;
  #times = Array.from({ length: DEVICES }, () => 0);
  #changedAt = Array.from({ length: DEVICES }, () => 0); // seq
  #clock = 0;
  #epoch = 1;
  #seq = 0;
  #told: { west: number; seq: number } | null = null; // on this link
  #offers = 0;

  constructor(seed: number) {
    this.#random = seed;
    this.#link.handler = this.#take;
    this.#link.socket.setView(this.#anyView());
    this.#link.socket.start();
    this.#remember();
  }

  /** Gives how often something was offered to go on from; fails where the map held anything else. */
  run(steps: number): number {
    const acts = [this.#change, this.#change, this.#tell, this.#tell, this.#ping, this.#hear, this.#hear, this.#hear];
    const all = [...acts, ...acts, this.#pan, this.#lose, this.#lose, this.#restart, this.#garble];
    for (let i = 0; i < steps; i += 1) {
      if (this.#link.newest.readyState === 0) this.#open();
      all[this.#below(all.length)]?.();
    }
    this.#link.socket.stop();
    return this.#offers;
  }

  readonly #change = (): void => {
    const device = this.#below(DEVICES);
    this.#clock += 1;
    this.#seq += 1;
    this.#times[device] = this.#clock;
    this.#changedAt[device] = this.#seq;
    this.#remember();
  };

  /** The view that was said first of those that were not answered yet. */
  readonly #hear = (): void => {
    const said = this.#link.newest.sent.shift() as TestLink["said"];
    if (!said) return;
    const { id, bbox, resume } = said;
    const known = resume?.epoch === String(this.#epoch) && this.#below(4) > 0;
    this.#told = { west: bbox[0], seq: this.#seq };
    this.#say(known ? "update" : "snapshot", this.#changedSince(bbox[0], known ? resume.seq : -1), id);
  };

  readonly #tell = (): void => {
    if (!this.#told) return;
    const { west, seq } = this.#told;
    this.#told.seq = this.#seq;
    this.#say("update", this.#changedSince(west, seq));
  };

  readonly #ping = (): void => {
    if (this.#told && this.#changedSince(this.#told.west, this.#told.seq).length === 0) this.#link.ping(this.#seq);
  };

  readonly #garble = (): void => {
    if (this.#told) this.#told.seq = this.#seq;
    this.#link.newest.says(new ArrayBuffer(8));
  };

  readonly #pan = (): void => this.#link.socket.setView(this.#anyView());

  readonly #lose = (): void => {
    this.#link.newest.ends();
    if (this.#below(4) === 0) this.#pan();
    this.#link.socket.retryNow();
  };

  readonly #restart = (): void => {
    this.#epoch += 1;
    this.#seq = 0;
    this.#changedAt.fill(0);
    this.#remember();
    this.#lose();
  };

  #open(): void {
    this.#told = null;
    this.#link.newest.opens();
    const { bbox, resume } = this.#link.said ?? {};
    if (!bbox || !resume) return;
    this.#offers += 1;
    const had = (this.#states.get(`${resume.epoch}/${resume.seq}`) ?? []).map((time, i) => [`${i}`, time] as const);
    expect(this.#map).toEqual(new Map(had.filter((_, i) => i % 2 === bbox[0])));
  }

  /** As the engine does, but clumsily. */
  readonly #take = (message: Message): void => {
    if (message.type !== "snapshot" && message.type !== "update") return;
    if (message.type === "snapshot") this.#map.clear();
    for (const { device_id, timestamp } of message.positions) this.#map.set(device_id, timestamp);
    const { socket } = this.#link;
    const mishap = this.#below(12);
    if (mishap === 0) socket.setView(this.#anyView());
    if (mishap === 1) throw new Error("a marker that cannot be drawn");
    if (mishap === 2) socket.stop();
    if (mishap === 2) socket.start();
  };

  #changedSince(west: number, seq: number): LivePosition[] {
    const rows = this.#times.map((timestamp, device) => ({ timestamp, device }));
    const due = rows.filter(({ device }) => device % 2 === west && (this.#changedAt[device] ?? 0) > seq);
    const [latitude, longitude, status] = [0, 0, "moving"] as const;
    return due.map(({ timestamp, device }) => ({ device_id: `${device}`, timestamp, latitude, longitude, status }));
  }

  #say(type: "snapshot" | "update", positions: LivePosition[], view?: number): void {
    this.#link.newest.says({ type, view, epoch: String(this.#epoch), seq: this.#seq, positions });
  }

  #remember(): void {
    this.#states.set(`${this.#epoch}/${this.#seq}`, [...this.#times]);
  }

  #anyView() {
    return VIEWS[this.#below(2)] ?? { bbox: [0, 0, 1, 1] as const, zoom: 10 };
  }

  /** The same numbers below a limit on each run. */
  #below(limit: number): number {
    this.#random = (Math.imul(this.#random, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((this.#random / 0x80000000) * limit);
  }
}
