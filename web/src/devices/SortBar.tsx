import { ArrowDown, ArrowUp } from "lucide-react";
import { type DeviceOrder, ORDERS } from "../fleet/deviceOrder";
import { t } from "../i18n/t";

interface SortBarProps {
  readonly order: DeviceOrder;
  /** The list is of a replay, for which distances of the day are not known. */
  readonly past: boolean;
  onOrder(order: DeviceOrder): void;
}

/** By what the list is sorted; the second click on the same turns it round. */
export function SortBar({ order, past, onOrder }: SortBarProps) {
  const way = order.descending ? t("downwards") : t("upwards");
  const Arrow = order.descending ? ArrowDown : ArrowUp;
  return (
    <fieldset className="sort-bar">
      <legend className="hidden">{t("Sort")}</legend>
      {ORDERS.filter(({ by }) => !past || by !== "distance").map(({ by, label, descending }) => {
        const chosen = by === order.by;
        return (
          <button
            key={by}
            type="button"
            aria-pressed={chosen}
            aria-label={chosen ? `${t(label)}, ${way}` : undefined}
            onClick={() => onOrder({ by, descending: chosen ? !order.descending : descending })}
          >
            {t(label)}
            {chosen && <Arrow aria-hidden />}
          </button>
        );
      })}
    </fieldset>
  );
}
