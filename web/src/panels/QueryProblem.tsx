import type { UseQueryResult } from "@tanstack/react-query";

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
        {what} could not be refreshed. {query.error.message}
      </p>
      <button type="button" className="button" onClick={() => void query.refetch()}>
        Try again
      </button>
    </div>
  );
}
