import { MOST_NAMES } from "../lib/hashParameters";
import type { Readable } from "../lib/readable";
import { Value } from "../lib/readable";

/** Limits how many devices are followed and exported together; the address holds as many. */
export const MOST_MEMBERS = MOST_NAMES;

/** The selected devices in the order of selection. The panels show the details of the last one. */
export interface DeviceGroup {
  readonly members: Readable<readonly string[]>;
  /** The only devices that the map shows; null while it shows all. */
  readonly isolated: Readable<readonly string[] | null>;
  toggle(deviceId: string): void;
  /** As many as there is room for; those that are in it stay where they are. */
  add(deviceIds: readonly string[]): void;
  /** Shows only these, or all again. */
  isolate(deviceIds: readonly string[] | null): void;
}

export interface GroupOptions {
  /** Called with the device whose details are shown. */
  readonly onPrimary: (deviceId: string | null) => void;
  readonly onIsolated: (deviceIds: readonly string[] | null) => void;
}

export class Group implements DeviceGroup {
  readonly members = new Value<readonly string[]>([]);
  readonly isolated = new Value<readonly string[] | null>(null);
  readonly #options: GroupOptions;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  /** This device alone, or none. */
  selectOnly(deviceId: string | null): void {
    this.#set(deviceId === null ? [] : [deviceId], deviceId);
  }

  toggle(deviceId: string): void {
    const members = this.members.get();
    if (members.includes(deviceId)) {
      const left = members.filter((one) => one !== deviceId);
      this.#set(left, left.at(-1) ?? null);
    } else if (members.length < MOST_MEMBERS) this.#set([...members, deviceId], deviceId);
  }

  add(deviceIds: readonly string[]): void {
    const members = [...new Set([...this.members.get(), ...deviceIds])].slice(0, MOST_MEMBERS);
    this.#set(members, members.at(-1) ?? null);
  }

  isolate(deviceIds: readonly string[] | null): void {
    this.isolated.set(deviceIds && deviceIds.length > 0 ? deviceIds.slice(0, MOST_MEMBERS) : null);
    this.#options.onIsolated(this.isolated.get());
  }

  #set(members: readonly string[], primary: string | null): void {
    this.members.set(members);
    this.#options.onPrimary(primary);
  }
}
