import { memo, useState } from "react";
import { ChartCard } from "../charts/ChartCard";
import { DonutChart } from "../charts/DonutChart";
import { kindColours } from "../charts/kindColour";
import { MarkTable } from "../charts/MarkTable";
import type { Mark } from "../charts/mark";
import { fold, OTHER } from "../charts/slices";
import { useStableOrder } from "../charts/useStableOrder";
import { type DeviceFilterSetting, useDeviceFilter } from "../devices/useDeviceFilter";
import type { FleetCounts } from "../engine/useFleetCounts";
import { toggleKind, toggleStatus } from "../fleet/deviceFilter";
import { formatCount } from "../format/count";
import { t } from "../i18n/t";
import { STATUSES } from "../live/position";
import { SegmentedControl } from "../ui/SegmentedControl";

type Grouping = "status" | "kind";
const CAPTIONS = { status: "Devices by status", kind: "Devices by kind" } as const;

interface FleetPieProps {
  readonly counts: FleetCounts;
  /** When they were counted. */
  readonly time: number;
}

/** Devices by status or by kind; a click limits the map and the list to that slice. */
export function FleetPie({ counts, time }: FleetPieProps) {
  const [grouping, setGrouping] = useState<Grouping>("status");
  const setting = useDeviceFilter();
  const kinds = useStableOrder(grouping === "kind" ? kindMarks(counts, setting) : [], time);
  const marks = grouping === "status" ? statusMarks(counts, setting) : kinds;
  return (
    <ChartCard
      title={t("Fleet")}
      controls={<GroupingControl label={t("Group devices by")} grouping={grouping} onChange={setGrouping} />}
      table={<MarkTable caption={t(CAPTIONS[grouping])} what={t(grouping)} measure={t("devices")} marks={marks} />}
    >
      <DonutChart
        marks={marks}
        total={formatCount(counts.devices)}
        unit={counts.devices === 1 ? t("device") : t("devices")}
      />
    </ChartCard>
  );
}

interface GroupingControlProps {
  readonly label: string;
  readonly grouping: Grouping;
  readonly onChange: (grouping: Grouping) => void;
}

/** Memoised: the chart is rendered twice a second, and radio buttons take longer than its marks. */
const GroupingControl = memo(function GroupingControl({ label, grouping, onChange }: GroupingControlProps) {
  return (
    <SegmentedControl<Grouping>
      label={label}
      options={[
        { value: "status", label: t("By status") },
        { value: "kind", label: t("By kind") },
      ]}
      value={grouping}
      onChange={onChange}
    />
  );
});

function statusMarks(counts: FleetCounts, { filter, setFilter }: DeviceFilterSetting): Mark[] {
  return STATUSES.map((status) => ({
    key: status,
    label: t(status),
    value: counts.by_status[status],
    text: formatCount(counts.by_status[status]),
    colour: `var(--status-${status})`,
    pressed: filter.statuses.includes(status),
    choose: () => setFilter(toggleStatus(filter, status)),
  }));
}

function kindMarks(counts: FleetCounts, { filter, setFilter }: DeviceFilterSetting): Mark[] {
  const shares = Object.entries(counts.by_kind).map(([key, value]) => ({ key, value }));
  const folded = fold(shares).sort((a, b) => rank(b) - rank(a));
  const colours = kindColours(folded.map(({ key }) => key));
  return folded.map(({ key, value }) => ({
    key,
    label: key === OTHER ? t("other") : key,
    value,
    text: formatCount(value),
    colour: colours.get(key) ?? "var(--kind-8)",
    pressed: key === OTHER ? undefined : filter.kinds.includes(key),
    // What is folded has no single kind to ask the server for.
    choose: key === OTHER ? undefined : () => setFilter(toggleKind(filter, key)),
  }));
}

/** Greatest first, what is folded last. */
function rank({ key, value }: { readonly key: string; readonly value: number }): number {
  return key === OTHER ? -1 : value;
}
