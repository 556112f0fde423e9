import { useQuery } from "@tanstack/react-query";
import { fetchConfig } from "../api/config";
import { t } from "../i18n/t";
import { EngineHost } from "./EngineHost";
import { ShellSkeleton } from "./ShellSkeleton";
import { useTheme } from "./state/useTheme";
import { Logo } from "./topbar/Logo";

const RETRY_MILLISECONDS = 5000;

/** Loads the configuration, without which nothing can be shown: a skeleton until then, or the error. */
export function ConfigGate() {
  const theme = useTheme();
  const config = useQuery({
    queryKey: ["config"],
    queryFn: ({ signal }) => fetchConfig(signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    refetchInterval: (query) => (query.state.data === undefined ? RETRY_MILLISECONDS : false),
  });
  if (config.data !== undefined) return <EngineHost config={config.data} theme={theme} />;
  if (config.error === null) return <ShellSkeleton />;
  return (
    <main className="page-message">
      <Logo />
      <h1>{t("Herenow cannot be reached")}</h1>
      <p role="alert">{config.error.message}</p>
      <p className="muted">{t("Is the server running? This page tries again every five seconds.")}</p>
      <button type="button" className="button" onClick={() => void config.refetch()}>
        {t("Try again now")}
      </button>
    </main>
  );
}
