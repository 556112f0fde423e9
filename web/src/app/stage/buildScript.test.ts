import { expect, test } from "vitest";
import { buildScript } from "./buildScript";

test("the name of the script identifies the build, whatever the path of the page", () => {
  const built = (path: string) => `<link href="./x.css"><script type="module" crossorigin src="${path}"></script>`;
  expect(buildScript(built("./assets/index-BqR3.js"))).toBe("index-BqR3.js");
  expect(buildScript(built("/maps/assets/index-BqR3.js"))).toBe("index-BqR3.js");
  expect(buildScript(built("./assets/index-C4d1.js"))).toBe("index-C4d1.js");
});

test("what is no page of ours has none", () => {
  expect(buildScript("<h1>502 Bad Gateway</h1>")).toBeNull();
});
