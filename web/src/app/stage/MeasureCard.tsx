import { Undo2, X } from "lucide-react";
import { useEffect } from "react";
import { useEngine } from "../../engine/useEngine";
import { formatCourse } from "../../format/course";
import { formatDistance } from "../../format/distance";
import { t } from "../../i18n/t";
import { useShortcuts } from "../../keyboard/useShortcuts";
import { type GeodesicLeg, geodesic } from "../../lib/geodesic";
import type { Place } from "../../lib/place";
import { useReadable } from "../../lib/useReadable";
import type { Measure } from "../../map/measure/measure";
import { IconButton } from "../../ui/IconButton";
import { MAP_ID } from "../../ui/SkipLink";

/** The ruler: `m` begins and ends it, a click or Enter sets a point, Backspace takes the last one away. */
export function MeasureCard() {
  const { measure } = useEngine();
  const points = useReadable(measure.points);
  useShortcuts({
    m: () => {
      if (points) measure.end();
      else {
        measure.begin();
        document.getElementById(MAP_ID)?.focus({ preventScroll: true });
      }
    },
  });
  return points && <Ruler points={points} />;
}

function Ruler({ points }: { readonly points: readonly Place[] }) {
  const { measure } = useEngine();
  useMapKeys(measure);
  const legs = points.slice(1).map((to, i) => geodesic(points[i] ?? to, to));
  return (
    <>
      <div className="measure-cross" aria-hidden />
      <section className="measure-card" aria-label={t("Measure")}>
        <header className="card-head">
          <h2>{t("Measure")}</h2>
          <IconButton
            name={t("Remove the last point")}
            shortcut="Backspace"
            icon={Undo2}
            disabled={points.length === 0}
            onClick={() => measure.removeLast()}
          />
          <IconButton name={t("End measuring")} shortcut="Escape" icon={X} onClick={() => measure.end()} />
        </header>
        {legs.length === 0 && (
          <p className="muted">{t("Click points, or press Enter to use the centre of the map.")}</p>
        )}
        <ol>
          {legs.map(({ metres, bearing }, leg) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a leg is what its number is
            <li key={leg} className="number">
              {formatDistance(metres)} · {formatCourse(bearing)}
            </li>
          ))}
        </ol>
        <p aria-live="polite">{legs.length > 0 && <Total points={points} legs={legs} />}</p>
      </section>
    </>
  );
}

/** Enter and Backspace, while the map has the focus. */
function useMapKeys(measure: Measure): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      if (!(event.target instanceof Element) || event.target.id !== MAP_ID) return;
      if (event.key === "Enter") measure.add();
      else if (event.key === "Backspace") measure.removeLast();
    };
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, [measure]);
}

interface TotalProps {
  readonly points: readonly Place[];
  readonly legs: readonly GeodesicLeg[];
}

function Total({ points, legs }: TotalProps) {
  const total = legs.reduce((sum, { metres }) => sum + metres, 0);
  const straight = points.length > 2 ? geodesic(points[0] ?? ORIGIN, points.at(-1) ?? ORIGIN) : null;
  return (
    <>
      <strong className="number">{t("Total {{distance}}", { distance: formatDistance(total) })}</strong>
      {straight && (
        <span className="muted number">
          {" "}
          {t("straight line {{distance}}, {{course}}", {
            distance: formatDistance(straight.metres),
            course: formatCourse(straight.bearing),
          })}
        </span>
      )}
    </>
  );
}

const ORIGIN: Place = { latitude: 0, longitude: 0 };
