import { expect, test } from "vitest";
import { creditHtml } from "./attribution";

test("a credit with an address is a link", () => {
  expect(creditHtml({ text: "Buses", url: "https://example.org/a?b&c" })).toBe(
    '<a href="https://example.org/a?b&amp;c" target="_blank" rel="noopener noreferrer">Buses</a>',
  );
});

test("a credit cannot put anything of its own into the page", () => {
  expect(creditHtml({ text: "<img src=x>", url: "javascript:alert(1)" })).toBe("&lt;img src=x&gt;");
});
