import { useEngine } from "../../engine/useEngine";
import { formatPlace } from "../../format/place";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import type { PopupContent } from "../../map/mapPopup";
import { copyText } from "../../ui/copyText";

/** The actions for a place of the map, or for the device there. */
export function PlaceMenu({ content }: { readonly content: PopupContent }) {
  const engine = useEngine();
  const isolated = useReadable(engine.group.isolated);
  const device = content.devices[0];
  const place = device ?? content.place;
  return (
    <>
      {device && <p className="muted">{device.name ?? device.device_id}</p>}
      {device && (
        <>
          <Item
            name={t("Follow")}
            act={() => {
              engine.select(device.device_id);
              engine.follow(true);
            }}
          />
          <Item
            name={t("Show only this device")}
            act={() => {
              engine.select(device.device_id);
              engine.group.isolate([device.device_id]);
            }}
          />
          <Item name={t("Add to the selection or remove")} act={() => engine.group.toggle(device.device_id)} />
        </>
      )}
      {isolated && <Item name={t("Show all devices")} act={() => engine.group.isolate(null)} />}
      <Item name={t("Copy the coordinates")} act={() => void copyText(formatPlace(place))} />
      <Item name={t("Measure from here")} act={() => engine.measure.begin(place)} />
    </>
  );
}

function Item({ name, act }: { readonly name: string; act(): void }) {
  const { popup } = useEngine();
  return (
    <button
      type="button"
      role="menuitem"
      className="spot-choice"
      onClick={() => {
        act();
        popup.close();
      }}
    >
      {name}
    </button>
  );
}
