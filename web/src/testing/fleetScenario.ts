import { expect } from "vitest";
import type { Message } from "../live/message";
import type { LivePosition } from "../live/position";
import { FakeConnection } from "./fakeConnection";

const DEVICES = 6;
const VIEWS = [0, 1].map((west) => ({ bbox: [west, 0, west + 1, 1] as const, zoom: 10 }));

/** For tests: a server of a few devices and a map that subscribes to half of them, to which anything may happen. */
export class FleetScenario {
  readonly #connection = new FakeConnection();
  readonly #map = new Map<string, number>();
  readonly #states = new Map<string, number[]>(); // by epoch and seq: the time of each device
  #random: number;
  #times = Array.from({ length: DEVICES }, () => 0);
  #changedAt = Array.from({ length: DEVICES }, () => 0); // seq
  #clock = 0;
  #epoch = 1;
  #seq = 0;
  #viewed: { west: number; seq: number } | null = null; // on this link
  #offers = 0;

  constructor(seed: number) {
    this.#random = seed;
    this.#connection.handler = this.#onMessage;
    this.#connection.socket.setView(this.#anyView());
    this.#connection.socket.start();
    this.#remember();
  }

  /** Gives how often something was offered to go on from; fails where the map held anything else. */
  run(steps: number): number {
    const acts = [
      this.#change,
      this.#change,
      this.#update,
      this.#update,
      this.#ping,
      this.#answer,
      this.#answer,
      this.#answer,
    ];
    const all = [...acts, ...acts, this.#pan, this.#disconnect, this.#disconnect, this.#restart, this.#garble];
    for (let i = 0; i < steps; i += 1) {
      if (this.#connection.newest.readyState === 0) this.#open();
      all[this.#below(all.length)]?.();
    }
    this.#connection.socket.stop();
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

  /** Answers the oldest view message without an answer. */
  readonly #answer = (): void => {
    const message = this.#connection.newest.sent.shift() as FakeConnection["lastView"];
    if (!message) return;
    const { id, bbox, resume } = message;
    const known = resume?.epoch === String(this.#epoch) && this.#below(4) > 0;
    this.#viewed = { west: bbox[0], seq: this.#seq };
    this.#send(known ? "update" : "snapshot", this.#changedSince(bbox[0], known ? resume.seq : -1), id);
  };

  readonly #update = (): void => {
    if (!this.#viewed) return;
    const { west, seq } = this.#viewed;
    this.#viewed.seq = this.#seq;
    this.#send("update", this.#changedSince(west, seq));
  };

  readonly #ping = (): void => {
    if (this.#viewed && this.#changedSince(this.#viewed.west, this.#viewed.seq).length === 0)
      this.#connection.ping(this.#seq);
  };

  readonly #garble = (): void => {
    if (this.#viewed) this.#viewed.seq = this.#seq;
    this.#connection.newest.receive(new ArrayBuffer(8));
  };

  readonly #pan = (): void => this.#connection.socket.setView(this.#anyView());

  readonly #disconnect = (): void => {
    this.#connection.newest.drop();
    if (this.#below(4) === 0) this.#pan();
    this.#connection.socket.retryNow();
  };

  readonly #restart = (): void => {
    this.#epoch += 1;
    this.#seq = 0;
    this.#changedAt.fill(0);
    this.#remember();
    this.#disconnect();
  };

  #open(): void {
    this.#viewed = null;
    this.#connection.newest.open();
    const { bbox, resume } = this.#connection.lastView ?? {};
    if (!bbox || !resume) return;
    this.#offers += 1;
    const had = (this.#states.get(`${resume.epoch}/${resume.seq}`) ?? []).map((time, i) => [`${i}`, time] as const);
    expect(this.#map).toEqual(new Map(had.filter((_, i) => i % 2 === bbox[0])));
  }

  /** Handles messages as the engine does, with mishaps. */
  readonly #onMessage = (message: Message): void => {
    if (message.type !== "snapshot" && message.type !== "update") return;
    if (message.type === "snapshot") this.#map.clear();
    for (const { device_id, timestamp } of message.positions.all()) this.#map.set(device_id, timestamp);
    const { socket } = this.#connection;
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

  #send(type: "snapshot" | "update", positions: LivePosition[], view?: number): void {
    this.#connection.newest.receive({ type, view, epoch: String(this.#epoch), seq: this.#seq, positions });
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
