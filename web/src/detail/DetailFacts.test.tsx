import { screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { i18n } from "../i18n/t";
import turkish from "../i18n/tr.json";
import type { LivePosition } from "../live/position";
import { renderPanel } from "../testing/renderPanel";
import { DetailFacts } from "./DetailFacts";

const NEWEST: LivePosition = { device_id: "a", timestamp: 1, latitude: 60, longitude: 25, status: "moving" };

afterEach(() => i18n.changeLanguage("en"));

test("measured fields are shown where they are known, a count of no satellites included", () => {
  renderPanel(<DetailFacts newest={{ ...NEWEST, satellites: 0, hdop: 0.94 }} device={undefined} />);
  expect(screen.getByText("Satellites").nextSibling?.textContent).toBe("0");
  expect(screen.getByText("HDOP").nextSibling?.textContent).toBe("0.9");
  expect(screen.queryByText("Battery")).toBeNull();
});

test("their names are Turkish where the page is", async () => {
  i18n.addResourceBundle("tr", "translation", turkish);
  await i18n.changeLanguage("tr");
  renderPanel(<DetailFacts newest={{ ...NEWEST, satellites: 9 }} device={undefined} />);
  expect(screen.getByText("Uydu sayısı").nextSibling?.textContent).toBe("9");
});
