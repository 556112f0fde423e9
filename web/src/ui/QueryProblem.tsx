import type { UseQueryResult } from "@tanstack/react-query";
import { t } from "../i18n/t";

interface QueryProblemProps {
  readonly query: Pick<UseQueryResult, "error" | "refetch">;
  /** What could not be had: the beginning of a sentence. */
  readonly what: string;
}

export function QueryProblem({ query, what }: QueryProblemProps) {
  if (query.error === null) return null;
  return (
    <div className="problem" role="alert">
      <p>
        {t("{{what}} could not be refreshed.", { what })} {query.error.message}
      </p>
      <button type="button" className="button" onClick={() => void query.refetch()}>
        {t("Try again")}
      </button>
    </div>
  );
}
