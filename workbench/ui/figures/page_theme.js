// Tells the kernel whether the page around it is dark; shows nothing.
function isDark() {
  const light = document.body.dataset.jpThemeLight;
  return light === undefined ? window.matchMedia("(prefers-color-scheme: dark)").matches : light === "false";
}

function render({ model }) {
  preparePrint();
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
