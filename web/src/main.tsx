import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/top-bar.css";
import "./styles/sheet.css";
import "./styles/stage.css";
import "./styles/credits.css";
import "./styles/dock.css";
import "./styles/replay.css";
import "./styles/panels.css";
import "./styles/detail.css";
import "./styles/charts.css";
import { createRoot } from "react-dom/client";
import { App } from "./App";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html: expected an element with the id root, found none");
createRoot(root).render(<App />);
