/** The body of a good answer. Whatever goes wrong is an Error whose message can be shown. */
export async function fetchJson(url: URL, deadline: number, cancel?: AbortSignal): Promise<unknown> {
  const timeout = AbortSignal.timeout(deadline);
  const signal = cancel ? AbortSignal.any([timeout, cancel]) : timeout;
  const response = await attempt(() => fetch(url, { signal, headers: { Accept: "application/json" } }), timeout);
  if (!response.ok) throw new Error(await complaint(response));
  return attempt(() => response.json() as Promise<unknown>, timeout);
}

async function attempt<T>(step: () => Promise<T>, timeout: AbortSignal): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (timeout.aborted) throw new Error("The server took too long to answer.", { cause: error });
    if (error instanceof TypeError) throw new Error("The server cannot be reached.", { cause: error });
    if (error instanceof SyntaxError) throw new Error("The server gave an answer that is not JSON.", { cause: error });
    throw error;
  }
}

/** Problem Details (RFC 9457) say what is wrong in `detail`. */
async function complaint(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  const detail = typeof body === "object" && body !== null && "detail" in body ? body.detail : null;
  return typeof detail === "string" && detail ? detail : `The server answered ${response.status}.`;
}
