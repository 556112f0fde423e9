import { Download, Eye, EyeOff, LocateFixed, X } from "lucide-react";
import { address } from "../../api/request";
import { useEngine } from "../../engine/useEngine";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";

const FORMATS = ["csv", "geojson"] as const;

/** What can be done with several devices, and the way back when only some are shown. */
export function GroupBar() {
  const engine = useEngine();
  const members = useReadable(engine.group.members);
  const isolated = useReadable(engine.group.isolated);
  const following = useReadable(engine.following);
  if (members.length < 2 && isolated === null) return null;
  return (
    <section className="group-bar" aria-label={t("Selected devices")}>
      <p aria-live="polite">
        {isolated && t("Only {{count, number}} shown", { count: isolated.length })}
        {isolated && members.length > 1 && " · "}
        {members.length > 1 && t("{{count, number}} selected", { count: members.length })}
      </p>
      <div className="group-actions">
        {members.length > 1 && (
          <button type="button" className="chip" aria-pressed={following} onClick={() => engine.follow(!following)}>
            <LocateFixed aria-hidden /> {t("Follow all")}
          </button>
        )}
        <button
          type="button"
          className="chip"
          aria-pressed={isolated !== null}
          onClick={() => engine.group.isolate(isolated ? null : members)}
        >
          {isolated ? <Eye aria-hidden /> : <EyeOff aria-hidden />}{" "}
          {isolated ? t("Show all devices") : t("Show only these")}
        </button>
        {members.length > 1 && FORMATS.map((format) => <Export key={format} format={format} members={members} />)}
        {members.length > 0 && (
          <button type="button" className="chip" onClick={() => engine.select(null)}>
            <X aria-hidden /> {t("Clear the selection")}
          </button>
        )}
      </div>
    </section>
  );
}

interface ExportProps {
  readonly format: (typeof FORMATS)[number];
  readonly members: readonly string[];
}

/** The range that the history layer shows; without one the last day, as the server has it. */
function Export({ format, members }: ExportProps) {
  const { range } = useReadable(useEngine().history);
  const url = address("api/export", { format, device: members, from: range?.from, to: range?.to });
  return (
    <a className="chip" href={url.href} download>
      <Download aria-hidden /> {format === "csv" ? "CSV" : "GeoJSON"}
    </a>
  );
}
