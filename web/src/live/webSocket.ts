/** The server takes the first that it knows. */
export const SUBPROTOCOLS = ["herenow.bin.v1", "herenow.json.v1"];

/** The part of a WebSocket that is used, so that tests can replace it. */
export type SocketLike = Pick<
  WebSocket,
  "binaryType" | "readyState" | "send" | "close" | "onopen" | "onmessage" | "onclose" | "onerror"
>;

export type OpenSocket = (url: URL, subprotocols: string[]) => SocketLike;

export const openWebSocket: OpenSocket = (url, subprotocols) => new WebSocket(url, subprotocols);

/** The URL of the live socket, relative to the page, so that it works under a path of a proxy. */
export function liveAddress(base: string): URL {
  const url = new URL("ws/locations", base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.hash = "";
  return url;
}
