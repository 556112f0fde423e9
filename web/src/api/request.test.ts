import { expect, test, vi } from "vitest";
import { address, RequestError, request } from "./request";

function answer(body: unknown, status: number, type: string): void {
  const response = new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
  vi.stubGlobal(
    "fetch",
    vi.fn(() => Promise.resolve(response)),
  );
}

test("an address is relative to the page and leaves out what is not asked for", () => {
  const url = new URL(address("api/devices", { search: "bus 20", status: null, kind: "", limit: 100 }));
  expect(url.href.startsWith(document.baseURI)).toBe(true);
  expect(url.search).toBe("?search=bus+20&limit=100");
});

test("the detail of a problem is what is told", async () => {
  answer({ title: "Not found", detail: "no device bus-1" }, 404, "application/problem+json");
  const failure = await request("api/devices/bus-1").catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RequestError);
  expect(failure).toMatchObject({ status: 404, message: "The server answered 404: no device bus-1" });
});

test("an answer that is no problem document is told by its status", async () => {
  answer("<html>", 502, "text/html");
  await expect(request("api/stats")).rejects.toThrow("The server answered 502.");
});

test("a server that is not there is said not to answer", async () => {
  vi.stubGlobal(
    "fetch",
    vi.fn(() => Promise.reject(new TypeError("Failed to fetch"))),
  );
  await expect(request("api/stats")).rejects.toThrow("The server does not answer.");
});
