import { useEngine } from "../../engine/useEngine";
import { useShownTime } from "../../engine/useNow";
import { formatAge } from "../../format/age";
import { t } from "../../i18n/t";
import type { Spot } from "../../map/spots";
import { StatusShape } from "../../ui/StatusShape";

/** The devices that lie on one spot: choosing one selects it. */
export function HereList({ spot }: { readonly spot: Spot }) {
  const engine = useEngine();
  const now = useShownTime();
  return (
    <>
      <p className="muted">{t("{{count, number}} devices here", { count: spot.devices.length })}</p>
      <ul>
        {spot.devices.map(({ device_id, name, status, course, timestamp }) => (
          <li key={device_id}>
            <button
              type="button"
              className="spot-choice"
              onClick={() => {
                engine.select(device_id);
                engine.spots.close();
              }}
            >
              <StatusShape status={status} course={course} />
              <span className="device-name">{name ?? device_id}</span>
              <span className="muted">
                {t(status)} · {formatAge(now - timestamp)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
