import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/top-bar.css";
import "./styles/sheet.css";
import "./styles/stage.css";
import "./styles/spots.css";
import "./styles/credits.css";
import "./styles/dock.css";
import "./styles/histogram.css";
import "./styles/replay.css";
import "./styles/panels.css";
import "./styles/detail.css";
import "./styles/charts.css";
import "./styles/dialog.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { applyLanguageSetting } from "./i18n/languageSetting";
import { settings } from "./settings/settings";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html: expected an element with the id root, found none");
const page = createRoot(root);
// Otherwise texts would change their language a moment after the first render.
void applyLanguageSetting().then(() => page.render(<App />));
settings.subscribe(() => void applyLanguageSetting());
