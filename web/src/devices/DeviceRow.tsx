import { Check } from "lucide-react";
import { type MouseEvent, memo } from "react";
import type { Device } from "../api/devices";
import type { Engine } from "../engine/engine";
import { useEngine } from "../engine/useEngine";
import { formatClockOffset, formatLastReport } from "../format/lastReport";
import { formatSpeed } from "../format/speed";
import { currentLanguage } from "../i18n/languages";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import { settings } from "../settings/settings";
import { StatusShape } from "../ui/StatusShape";
import { Highlight } from "./Highlight";
import { searchMatch } from "./searchMatch";

interface DeviceRowProps {
  readonly device: Device;
  /** Its number among all that match, from 0. */
  readonly index: number;
  readonly total: number;
  readonly top: number;
  readonly marked: boolean;
  readonly selected: boolean;
  readonly search: string;
  readonly now: number;
}

export const DeviceRow = memo(function DeviceRow(props: DeviceRowProps) {
  const { device, index, total, top, marked, selected, search, now } = props;
  const engine = useEngine();
  // Memoised: it is not rendered again when the page is.
  useReadable(settings);
  useReadable(currentLanguage);
  const { position, name = device.device_id } = device;
  return (
    // The list has the focus and its keys; a row only adds the pointer.
    <div
      id={rowId(device.device_id)}
      className="device-row"
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      aria-posinset={index + 1}
      aria-setsize={total}
      data-marked={marked}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => choose(engine, device.device_id, event)}
      onKeyDown={(event) => event.key === "Enter" && engine.reveal(device.device_id)}
      onDoubleClick={() => position && engine.flyTo(position)}
    >
      <span className="device-check" aria-hidden>
        {selected && <Check />}
      </span>
      <StatusShape status={device.status} course={device.course} />
      <span className="device-name">
        <Highlight text={name} search={search} />
      </span>
      <span className="number">{formatSpeed(device.speed)}</span>
      <DeviceKind device={device} search={search} />
      <span className="number muted">{formatLastReport(device, now)}</span>
    </div>
  );
});

function choose(engine: Engine, deviceId: string, { shiftKey, ctrlKey, metaKey, target }: MouseEvent): void {
  const checked = target instanceof Element && target.closest(".device-check") !== null;
  if (shiftKey || ctrlKey || metaKey || checked) engine.group.toggle(deviceId);
  else engine.reveal(deviceId);
}

function DeviceKind({ device, search }: Pick<DeviceRowProps, "device" | "search">) {
  const { device_id, name = device_id, kind, status, clock_offset } = device;
  // Found by its id alone, the id is what has to be seen.
  const idFound = searchMatch(name, search) === null && searchMatch(device_id, search) !== null;
  return (
    <span className="muted device-kind">
      {idFound && (
        <>
          <Highlight text={device_id} search={search} /> ·{" "}
        </>
      )}
      {clock_offset !== undefined && `${formatClockOffset(clock_offset)} · `}
      {kind ?? t("unknown kind")} · {t(status)}
    </span>
  );
}

export function rowId(deviceId: string): string {
  return `device-${encodeURIComponent(deviceId)}`;
}
