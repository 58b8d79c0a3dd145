// Lets JupyterLab print a notebook as a document: its shell shows no more than the window, and figures are as wide as that.
const PAPER_PIXELS = 660; // between the margins of an upright sheet of A4
const PRINT_STYLE = `@media print {
  @page { margin: 12mm; }
  html, body, body > #main, #main :has(.jp-Notebook), .jp-Notebook, .jp-WindowedPanel-outer, .jp-WindowedPanel-inner,
  .jp-WindowedPanel-viewport, .jp-Cell, .jp-Cell-outputWrapper, .jp-OutputArea { position: static !important; display: block !important;
    overflow: visible !important; contain: none !important; transform: none !important; border: 0 !important; padding: 0 !important;
    width: auto !important; min-width: 0 !important; max-width: none !important; height: auto !important; min-height: 0 !important; max-height: none !important; }
  #top-panel-wrapper, #jp-top-panel, #menu-panel-wrapper, #jp-menu-panel, #jp-MainMenu, .lm-MenuBar, #jp-bottom-panel, #jp-left-stack, #jp-right-stack, .jp-SideBar, .jp-Toolbar,
  .lm-DockPanel-tabBar, .jp-cell-toolbar, .jp-InputArea, .jp-InputPrompt, .jp-OutputPrompt, .jp-Collapser, .jp-Notebook-footer, .modebar,
  .jp-OutputArea :is(.jupyter-button, .widget-toggle-button, .widget-dropdown, .widget-checkbox, .widget-datepicker, .wb-answer-tools) { display: none !important; }
  .jp-OutputArea .widget-gridbox :is(.widget-dropdown, .widget-checkbox, .widget-datepicker) { display: flex !important; } /* settings that were opened */
  .widget-tab-contents { overflow: visible !important; border: 0 !important; padding: 0 !important; }
  .widget-tab > .lm-TabBar .lm-TabBar-tab:not(.lm-mod-current) { display: none !important; }
  .jp-Cell, .jp-OutputArea-child, .jp-OutputArea-output { break-inside: auto !important; }
  .js-plotly-plot { break-inside: avoid; }
}`;

function preparePrint() {
  // A published board has its own way to paper, see figures.js.
  if (document.getElementById("workbench-print") || document.body.classList.contains("wb-page")) return;
  document.head.append(Object.assign(document.createElement("style"), { id: "workbench-print", textContent: PRINT_STYLE }));
  const figures = () => document.querySelectorAll(".jp-OutputArea .js-plotly-plot");
  window.addEventListener("beforeprint", () => {
    for (const figure of figures()) {
      const width = Number(figure.querySelector(".main-svg")?.getAttribute("width"));
      if (width > PAPER_PIXELS) figure.style.zoom = PAPER_PIXELS / width;
    }
  });
  window.addEventListener("afterprint", () => { for (const figure of figures()) figure.style.zoom = ""; });
}
