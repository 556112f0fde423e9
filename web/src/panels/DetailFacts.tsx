import type { Device } from "../api/devices";
import type { LivePosition } from "../engine/types";
import { formatAge } from "../format/age";
import { formatCourse } from "../format/course";
import { formatDistance } from "../format/distance";
import { formatPlace } from "../format/place";
import { formatSpeed } from "../format/speed";
import { formatTime } from "../format/time";
import { useShownTime } from "../hooks/useNow";
import { CopyButton } from "./CopyButton";
import { Fact } from "./Fact";

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
        <Figure name="Speed" value={formatSpeed(newest.speed)} />
        <Figure name="Course" value={formatCourse(newest.course)} />
        <Figure name="Today" value={device ? formatDistance(device.distance) : "–"} />
      </dl>
      <dl className="facts">
        <Fact name="Status">{newest.status}</Fact>
        <Fact name="Kind">{newest.kind ?? "not said"}</Fact>
        <Fact name="Fix">
          {formatTime(newest.timestamp, now)} · {formatAge(now - newest.timestamp)}
        </Fact>
        <div className="fact">
          <dt>Place</dt>
          <dd className="number copyable">
            {place} <CopyButton text={place} label="Copy the coordinates" />
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

function extraFacts(newest: LivePosition, device: Device | undefined): [string, string][] {
  const facts: [string, string][] = [];
  const { altitude, accuracy, battery, source, attributes } = { ...device?.position, ...newest };
  if (altitude !== undefined) facts.push(["Altitude", `${Math.round(altitude)} m`]);
  if (accuracy !== undefined) facts.push(["Accuracy", `± ${Math.round(accuracy)} m`]);
  if (battery !== undefined) facts.push(["Battery", `${Math.round(battery)} %`]);
  if (source !== undefined) facts.push(["Source", source]);
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
