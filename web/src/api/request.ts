import { t } from "../i18n/t";

const DEADLINE = 15_000; // ms

/** Undefined and empty parameters are left out; a list becomes one parameter per item. */
export type Parameters = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** Relative to the page by default, so that a proxy may serve it under any path. */
export function address(path: string, parameters: Parameters = {}, base = document.baseURI): URL {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") url.searchParams.append(name, String(one));
    }
  }
  return url;
}

/** The type is the contract of docs/protocol.md, trusted here and nowhere else. */
export async function request<T>(path: string, parameters?: Parameters, cancel?: AbortSignal): Promise<T> {
  return (await fetchJson(address(path, parameters), cancel)) as T;
}

/** The body of a 2xx response. Every failure rejects with an Error whose message can be shown. */
export function fetchJson(url: URL, cancel?: AbortSignal, deadline = DEADLINE): Promise<unknown> {
  const read = (response: Response) => response.json() as Promise<unknown>;
  return fetchBody(url, "application/json", read, cancel, deadline);
}

/** As `fetchJson`; a response without a body has no bytes. */
export function fetchBytes(url: URL, accept: string, cancel?: AbortSignal, deadline = DEADLINE): Promise<ArrayBuffer> {
  return fetchBody(url, accept, (response) => response.arrayBuffer(), cancel, deadline);
}

/** The bytes, or null when there are more than `most`; the rest is then cancelled. */
export function fetchAtMost(most: number, url: URL, accept: string, cancel?: AbortSignal, deadline = DEADLINE) {
  return fetchBody(url, accept, (response) => readAtMost(most, response), cancel, deadline);
}

async function readAtMost(most: number, { body }: Response): Promise<ArrayBuffer | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (const reader = body?.getReader(); reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > most) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  return new Blob(chunks).arrayBuffer();
}

/** The server answered with a status other than 2xx. */
export class HttpError extends Error {
  readonly status: number;
  /** The seconds of `Retry-After`, in ms. */
  readonly retryAfter: number | null;

  constructor(status: number, message: string, retryAfter: number | null = null) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

async function fetchBody<T>(
  url: URL,
  accept: string,
  read: (response: Response) => Promise<T>,
  cancel: AbortSignal | undefined,
  deadline: number,
): Promise<T> {
  const timeout = AbortSignal.timeout(deadline);
  const signal = cancel ? AbortSignal.any([timeout, cancel]) : timeout;
  const response = await attempt(() => fetch(url, { signal, headers: { Accept: accept } }), timeout);
  if (!response.ok) throw new HttpError(response.status, await problemDetail(response), retryAfter(response));
  return attempt(() => read(response), timeout);
}

async function attempt<T>(step: () => Promise<T>, timeout: AbortSignal): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (timeout.aborted) throw new Error(t("The server took too long to respond."), { cause: error });
    if (error instanceof TypeError) throw new Error(t("The server cannot be reached."), { cause: error });
    if (error instanceof SyntaxError)
      throw new Error(t("The server sent a response that is not JSON."), { cause: error });
    throw error;
  }
}

function retryAfter({ headers }: Response): number | null {
  const seconds = Number.parseInt(headers.get("Retry-After") ?? "", 10);
  return Number.isNaN(seconds) ? null : seconds * 1000;
}

/** The `detail` of Problem Details (RFC 9457), or the status. */
async function problemDetail(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  const detail = typeof body === "object" && body !== null && "detail" in body ? body.detail : null;
  return typeof detail === "string" && detail
    ? detail
    : t("The server responded with {{status}}.", { status: response.status });
}
