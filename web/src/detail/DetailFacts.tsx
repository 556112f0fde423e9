import type { Device } from "../api/devices";
import { useShownTime } from "../engine/useNow";
import { formatAge } from "../format/age";
import { formatCount, formatShare } from "../format/count";
import { formatCourse } from "../format/course";
import { formatDistance, formatHeight } from "../format/distance";
import { formatClockOffset } from "../format/lastReport";
import { formatNumber } from "../format/number";
import { formatPlace } from "../format/place";
import { formatSpeed } from "../format/speed";
import { formatTime } from "../format/time";
import { type Label, t } from "../i18n/t";
import type { LivePosition, OPTIONAL_COLUMNS } from "../live/position";
import { CopyButton } from "../ui/CopyButton";
import { Fact } from "../ui/Fact";

interface MeasuredFact {
  readonly name: Exclude<(typeof OPTIONAL_COLUMNS)[number], "stale_at">;
  readonly label: Label;
  readonly format: (value: number) => string;
}

const MEASURES: readonly MeasuredFact[] = [
  { name: "altitude", label: "Altitude", format: formatHeight },
  { name: "accuracy", label: "Accuracy", format: (metres) => `± ${formatDistance(metres)}` },
  { name: "battery", label: "Battery", format: formatShare },
  { name: "satellites", label: "Satellites", format: formatCount },
  { name: "hdop", label: "HDOP", format: (hdop) => formatNumber(hdop, 1) },
];

interface DetailFactsProps {
  readonly newest: LivePosition;
  readonly device: Device | undefined;
}

export function DetailFacts({ newest, device }: DetailFactsProps) {
  const now = useShownTime();
  const place = formatPlace(newest);
  return (
    <>
      <dl className="figures">
        <Figure name={t("Speed")} value={formatSpeed(newest.speed)} />
        <Figure name={t("Course")} value={formatCourse(newest.course)} />
        <Figure name={t("Today")} value={device ? formatDistance(device.distance) : "–"} />
      </dl>
      <dl className="facts">
        <Fact name={t("Status")}>{t(newest.status)}</Fact>
        <Fact name={t("Kind")}>{newest.kind ?? t("not reported")}</Fact>
        <Fact name={t("Fix")}>
          {formatTime(newest.timestamp, now)} · {formatAge(now - newest.timestamp)}
        </Fact>
        {device && <ReportFacts device={device} now={now} />}
        <div className="fact">
          <dt>{t("Place")}</dt>
          <dd className="number copyable">
            <bdi dir="ltr">{place}</bdi> <CopyButton text={place} label={t("Copy the coordinates")} />
          </dd>
        </div>
        {extraFacts(newest, device).map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </dl>
    </>
  );
}

/** What is known of a device of which no newest position is: all its fixes are ahead of their time. */
export function UnplacedFacts({ device }: { readonly device: Device }) {
  const now = useShownTime();
  return (
    <>
      <p className="muted">{t("Its positions are dated in the future. The map shows it once its clock is right.")}</p>
      <dl className="facts">
        <Fact name={t("Status")}>{t(device.status)}</Fact>
        <ReportFacts device={device} now={now} />
      </dl>
    </>
  );
}

function ReportFacts({ device, now }: { readonly device: Device; readonly now: number }) {
  return (
    <>
      <Fact name={t("Last heard")}>
        {formatTime(device.last_heard, now)} · {formatAge(now - device.last_heard)}
      </Fact>
      {device.clock_offset !== undefined && <Fact name={t("Clock")}>{formatClockOffset(device.clock_offset)}</Fact>}
    </>
  );
}

function extraFacts(newest: LivePosition, device: Device | undefined): [string, string][] {
  const facts: [string, string][] = [];
  const { source, attributes, ...known } = { ...device?.position, ...newest };
  for (const { name, label, format } of MEASURES) {
    const value = known[name];
    if (value !== undefined) facts.push([t(label), format(value)]);
  }
  if (source !== undefined) facts.push([t("Source"), source]);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name !== "name" && name !== "kind") facts.push([name, String(value)]);
  }
  return facts;
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="figure-box">
      <dt>{name}</dt>
      <dd className="number">{value}</dd>
    </div>
  );
}
