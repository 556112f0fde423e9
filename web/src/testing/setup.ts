import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";

// happy-dom would connect to a server on this machine.
beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("a unit test has no server")));
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  localStorage.clear();
});
