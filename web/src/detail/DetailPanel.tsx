import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { fetchDevice } from "../api/devices";
import { useEngine } from "../engine/useEngine";
import { useIsPast } from "../engine/useFleetCounts";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import type { LivePosition } from "../live/position";
import { IconButton } from "../ui/IconButton";
import { QueryProblem } from "../ui/QueryProblem";
import { SkeletonRows } from "../ui/SkeletonRows";
import { StatusShape } from "../ui/StatusShape";
import { DetailActions } from "./DetailActions";
import { DetailFacts, UnplacedFacts } from "./DetailFacts";
import { newestPosition } from "./newestPosition";
import { RawRecord } from "./RawRecord";
import { ReplaySpeedCard } from "./ReplaySpeedCard";
import { TrackCard } from "./TrackCard";
import { TripsCard } from "./TripsCard";

const REFRESH_MILLISECONDS = 5000;

/** One device: what the map knows of it at once, what the server stores of it every five seconds. */
export function DetailPanel({ deviceId }: { readonly deviceId: string }) {
  const engine = useEngine();
  const live = useReadable(engine.selectedPosition);
  const query = useQuery({
    queryKey: ["device", deviceId],
    queryFn: ({ signal }) => fetchDevice(deviceId, signal),
    refetchInterval: REFRESH_MILLISECONDS,
    gcTime: 10_000,
  });
  // The stored position of now does not apply to another time.
  const past = useIsPast();
  const device = past ? undefined : query.data;
  const newest = newestPosition(deviceId, live, device);
  return (
    <div className="detail">
      <DetailHead deviceId={deviceId} newest={newest} name={device?.name} />
      <QueryProblem query={query} what={t("The stored record")} />
      {newest ? (
        <>
          <DetailActions newest={newest} />
          <DetailFacts newest={newest} device={device} />
        </>
      ) : (
        (device && <UnplacedFacts device={device} />) ||
        (past && <p className="muted">{t("Not on the map at that time.")}</p>) ||
        (query.isPending && <SkeletonRows />)
      )}
      {past ? <ReplaySpeedCard /> : <TrackCard />}
      {!past && <TripsCard deviceId={deviceId} />}
      {device && <RawRecord device={device} />}
    </div>
  );
}

interface DetailHeadProps {
  readonly deviceId: string;
  readonly newest: LivePosition | null;
  readonly name: string | undefined;
}

function DetailHead({ deviceId, newest, name }: DetailHeadProps) {
  const engine = useEngine();
  return (
    <header className="detail-head">
      <IconButton
        name={t("Back to the overview")}
        shortcut="Escape"
        icon={ArrowLeft}
        onClick={() => engine.select(null)}
      />
      {newest && <StatusShape status={newest.status} course={newest.course} />}
      <div className="detail-title">
        <h2>{newest?.name ?? name ?? deviceId}</h2>
        <p className="muted">{deviceId}</p>
      </div>
    </header>
  );
}
