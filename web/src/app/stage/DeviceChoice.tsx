import { useEngine } from "../../engine/useEngine";
import { useShownTime } from "../../engine/useNow";
import { formatAge } from "../../format/age";
import { t } from "../../i18n/t";
import type { PopupContent } from "../../map/mapPopup";
import { StatusShape } from "../../ui/StatusShape";

/** The devices at one place of the map: choosing one selects it. */
export function DeviceChoice({ content }: { readonly content: PopupContent }) {
  const engine = useEngine();
  const now = useShownTime();
  return (
    <>
      <p className="muted">{t("{{count, number}} devices here", { count: content.devices.length })}</p>
      <ul>
        {content.devices.map(({ device_id, name, status, course, timestamp }) => (
          <li key={device_id}>
            <button
              type="button"
              className="spot-choice"
              onClick={() => {
                engine.select(device_id);
                engine.popup.close();
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
