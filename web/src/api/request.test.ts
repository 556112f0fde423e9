import { expect, test, vi } from "vitest";
import { address, request } from "./request";

function answer(body: unknown, status: number, type: string): void {
  const response = new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
  vi.stubGlobal(
    "fetch",
    vi.fn(() => Promise.resolve(response)),
  );
}

test("an address is relative to the page and leaves out empty parameters", () => {
  const url = address("api/devices", { search: "bus 20", status: null, kind: "", limit: 100 });
  expect(url.href.startsWith(document.baseURI)).toBe(true);
  expect(url.search).toBe("?search=bus+20&limit=100");
});

test("the error message is the detail of the problem document", async () => {
  answer({ title: "Not found", detail: "no device bus-1" }, 404, "application/problem+json");
  await expect(request("api/devices/bus-1")).rejects.toThrow("no device bus-1");
});

test("without a problem document the error message has the status", async () => {
  answer("<html>", 502, "text/html");
  await expect(request("api/stats")).rejects.toThrow("The server responded with 502.");
});

test("a server that is down gives the error that it cannot be reached", async () => {
  vi.stubGlobal(
    "fetch",
    vi.fn(() => Promise.reject(new TypeError("Failed to fetch"))),
  );
  await expect(request("api/stats")).rejects.toThrow("The server cannot be reached.");
});

test("a 2xx response that is not JSON is an error", async () => {
  const page = new Response("<html>", { status: 200, headers: { "content-type": "text/html" } });
  vi.stubGlobal(
    "fetch",
    vi.fn(() => Promise.resolve(page)),
  );
  await expect(request("api/stats")).rejects.toThrow("not JSON");
});
