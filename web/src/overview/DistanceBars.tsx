import { useState } from "react";
import { BarChart } from "../charts/BarChart";
import { ChartCard } from "../charts/ChartCard";
import { MarkTable } from "../charts/MarkTable";
import type { Mark } from "../charts/mark";
import { useStableOrder } from "../charts/useStableOrder";
import type { Engine } from "../engine/engine";
import { useEngine } from "../engine/useEngine";
import { formatDistance } from "../format/distance";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import type { Stats } from "../live/stats";

/** The ten that went furthest since midnight UTC, and all others; a click selects the device. */
export function DistanceBars({ stats }: { readonly stats: Stats }) {
  const engine = useEngine();
  const selected = useReadable(engine.selection);
  const [held, setHeld] = useState<number | null>(null);
  // While someone points at a row, it must not be exchanged for another.
  const marks = useStableOrder(distanceMarks(stats, engine, selected), held ?? stats.time);
  const rest = restMark(stats);
  return (
    <ChartCard
      title={t("Distance today")}
      table={
        <MarkTable
          caption={t("Distance today by device, since midnight UTC")}
          what={t("device")}
          measure={t("distance")}
          marks={rest ? [...marks, rest] : marks}
        />
      }
    >
      <div className="bars-frame" onPointerEnter={() => setHeld(stats.time)} onPointerLeave={() => setHeld(null)}>
        {marks.length === 0 ? (
          <p className="muted">{t("Nothing has moved since midnight UTC.")}</p>
        ) : (
          <BarChart marks={marks} rest={rest} />
        )}
      </div>
    </ChartCard>
  );
}

function distanceMarks(stats: Stats, engine: Engine, selected: string | null): Mark[] {
  return stats.distance.top.map(({ device_id, name, distance }) => ({
    key: device_id,
    label: name ?? device_id,
    value: distance,
    text: formatDistance(distance),
    colour: "var(--bar)",
    pressed: selected === device_id,
    choose: () => (selected === device_id ? engine.select(null) : engine.reveal(device_id)),
  }));
}

function restMark(stats: Stats): Mark | undefined {
  const { others, top } = stats.distance;
  const count = stats.devices - top.length;
  if (count <= 0) return undefined;
  return {
    key: "others",
    label: t("{{count, number}} others", { count }),
    value: others,
    text: formatDistance(others),
    colour: "var(--bar-rest)",
  };
}
