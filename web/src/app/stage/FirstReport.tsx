import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type Device, fetchDevices } from "../../api/devices";
import { useEngine } from "../../engine/useEngine";
import { useServerNow } from "../../engine/useNow";
import { formatPlace } from "../../format/place";
import { formatTime } from "../../format/time";
import { t } from "../../i18n/t";
import { Fact } from "../../ui/Fact";
import { IconButton } from "../../ui/IconButton";
import { MAP_ID } from "../../ui/SkipLink";

const ASK_AGAIN_MILLISECONDS = 1000;

/** Which device was the first of the fleet, as it reported then. */
export function FirstReport({ onClose }: { readonly onClose: () => void }) {
  const engine = useEngine();
  const { data: first } = useQuery({
    queryKey: ["first report"],
    queryFn: async ({ signal }) => (await fetchDevices({ sort: "time", limit: 1 }, signal)).devices[0] ?? null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0, // a fleet that is empty again has another first device
    // With several servers, the one that answers may not have the device yet.
    refetchInterval: ({ state }) => (state.data ? false : ASK_AGAIN_MILLISECONDS),
  });
  function close(): void {
    document.getElementById(MAP_ID)?.focus({ preventScroll: true });
    onClose();
  }
  function show({ device_id, position }: Device): void {
    engine.select(device_id);
    if (position) engine.flyTo(position);
    close();
  }
  return (
    <>
      <header className="card-head">
        <h2>{t("The first device has reported")}</h2>
        <IconButton name={t("Close")} icon={X} onClick={close} />
      </header>
      {first && (
        <>
          <Facts first={first} />
          <button type="button" className="button" onClick={() => show(first)}>
            {t("Show on the map")}
          </button>
        </>
      )}
    </>
  );
}

/** Shows nothing that changes with time, because screen readers read the card. */
function Facts({ first: { device_id, name, position } }: { readonly first: Device }) {
  const now = useServerNow();
  return (
    <dl className="facts">
      <Fact name={t("Device")}>{name ?? device_id}</Fact>
      <Fact name={t("Fix")}>{position ? formatTime(position.time, now) : t("not reported")}</Fact>
      {position && (
        <Fact name={t("Place")}>
          <bdi dir="ltr">{formatPlace(position)}</bdi>
        </Fact>
      )}
    </dl>
  );
}
