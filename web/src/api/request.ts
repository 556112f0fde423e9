/** Why a request failed, in words that can be shown. */
export class RequestError extends Error {
  constructor(
    message: string,
    /** HTTP status, or null when no answer came. */
    readonly status: number | null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "RequestError";
  }
}

/** Undefined and empty parameters are left out. */
export type Parameters = Readonly<Record<string, string | number | null | undefined>>;

export function address(path: string, parameters: Parameters = {}): string {
  // Relative to the page, so that a proxy may serve it under any path.
  const url = new URL(path, document.baseURI);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") {
      url.searchParams.set(name, String(value));
    }
  }
  return url.href;
}

/** The type is the contract of docs/protocol.md, trusted here and nowhere else. */
export async function request<T>(path: string, parameters?: Parameters, signal?: AbortSignal): Promise<T> {
  const response = await answer(address(path, parameters), signal);
  if (!response.ok) {
    throw new RequestError(await reason(response), response.status);
  }
  return (await response.json()) as T;
}

async function answer(url: string, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new RequestError("The server does not answer.", null, { cause });
  }
}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
}

async function reason(response: Response): Promise<string> {
  const status = `The server answered ${response.status}`;
  if (!response.headers.get("content-type")?.includes("json")) return `${status}.`;
  try {
    const problem = (await response.json()) as Problem;
    return `${status}: ${problem.detail ?? problem.title ?? "no reason given"}`;
  } catch {
    return `${status}.`;
  }
}
