import { render } from "preact";
import { App } from "./app";
import { listenToKeys } from "./keys";
import { applyTheme } from "./theme";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/screens.css";
import "./styles/video.css";

applyTheme();
listenToKeys();
const root = document.getElementById("app");
if (root) render(<App />, root);
