import { useState } from "react";
import { useEngine } from "../../engine/useEngine";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import { SegmentedControl } from "../../ui/SegmentedControl";

interface ReplayDevicesProps {
  /** The only ones that are played; null for all. */
  readonly devices: readonly string[] | null;
}

/** Whether all devices are played, or only those that are selected or shown alone. */
export function ReplayDevices({ devices }: ReplayDevicesProps) {
  const { group, replay } = useEngine();
  const members = useReadable(group.members);
  const isolated = useReadable(group.isolated) ?? [];
  // The devices played last stay an option after "all" is chosen.
  const [last, setLast] = useState(devices);
  if (devices && devices !== last) setLast(devices);
  const sets = [
    { devices: members, label: t("{{count, number}} selected", { count: members.length }) },
    { devices: isolated, label: t("Only {{count, number}} shown", { count: isolated.length }) },
    { devices: last ?? [], label: t("Only {{count, number}}", { count: last?.length ?? 0 }) },
  ].map((set) => ({ ...set, value: keyOf(set.devices) }));
  const offered = sets.filter(
    ({ devices, value }, place) => devices.length > 0 && sets.findIndex((set) => set.value === value) === place,
  );
  if (offered.length === 0) return null;
  return (
    <SegmentedControl
      label={t("Devices in the replay")}
      options={[{ value: ALL, label: t("All devices") }, ...offered]}
      value={devices ? keyOf(devices) : ALL}
      onChange={(value) => replay.limit(offered.find((set) => set.value === value)?.devices ?? null)}
    />
  );
}

const ALL = keyOf([]);

/** The same for the same set, in whatever order. */
function keyOf(devices: readonly string[]): string {
  return JSON.stringify([...devices].sort());
}
