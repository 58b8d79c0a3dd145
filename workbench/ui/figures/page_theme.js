// Tells the kernel whether the page around it is dark; shows nothing. What figure_keys.js does comes before it.
function isDark() {
  const light = document.body.dataset.jpThemeLight;
  return light === undefined ? window.matchMedia("(prefers-color-scheme: dark)").matches : light === "false";
}

// JupyterLab's own renderer makes the figures; whatever makes one, it is tended once it is drawn.
function tendFigures() {
  if (globalThis.workbenchWatchesFigures) return;
  globalThis.workbenchWatchesFigures = true;
  let due = false;
  const tend = () => {
    due = false;
    for (const figure of document.querySelectorAll(".js-plotly-plot")) {
      const svg = figure.querySelector(".main-svg");
      if (svg && svg.getAttribute("role") !== "img") globalThis.workbenchTendFigure(figure);
    }
  };
  new MutationObserver(() => {
    if (!due) setTimeout(tend, 300);
    due = true;
  }).observe(document.body, { childList: true, subtree: true });
  tend();
}

function render({ model }) {
  preparePrint();
  tendFigures();
  const tell = () => {
    if (model.get("dark") === isDark()) return;
    model.set("dark", isDark());
    model.save_changes();
  };
  const themes = new MutationObserver(tell);
  themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  media.addEventListener("change", tell);
  tell();
  return () => {
    themes.disconnect();
    media.removeEventListener("change", tell);
  };
}

export default { render };
