// A React page around the player: what it is told becomes properties.

import { createElement, useState } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

function Post() {
  const [{ shown, ...wanted }, change] = useState(window.wanted);
  window.change = (more) => flushSync(() => change((before) => ({ ...before, ...more })));
  return shown && createElement("spec-player", { ...wanted, onready: window.heard });
}

flushSync(() => createRoot(document.getElementById("app")).render(createElement(Post)));
