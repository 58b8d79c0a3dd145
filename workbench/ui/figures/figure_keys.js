// Figures for the keyboard and for what reads a page aloud, on boards and in JupyterLab: each is one stop of the Tab key,
// its tools, among which the arrow keys go; and what a choice has changed is said when it has been drawn.
(() => {
  if (globalThis.workbenchTendFigure) return;

  const buttonsOf = (figure) => [...figure.querySelectorAll(".modebar-btn")];

  function press(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const buttons = buttonsOf(event.currentTarget);
    const at = buttons.indexOf(event.target);
    if (step === undefined || at < 0) return;
    const next = buttons[(at + step + buttons.length) % buttons.length];
    buttons[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  // Plotly makes its toolbar and its drawing anew whenever it likes.
  function mark(figure) {
    const words = figure.getAttribute("aria-label");
    const drawings = figure.querySelectorAll(".main-svg");
    drawings.forEach((drawing, place) => {
      if (place) return drawing.setAttribute("aria-hidden", "true");
      drawing.setAttribute("role", "img");
      drawing.setAttribute("aria-label", words);
    });
    const tools = figure.querySelector(".modebar");
    tools?.setAttribute("role", "toolbar");
    tools?.setAttribute("aria-label", "Tools of the figure");
    const buttons = buttonsOf(figure);
    const current = Math.max(0, buttons.findIndex((button) => button === document.activeElement));
    buttons.forEach((button, place) => { button.tabIndex = place === current ? 0 : -1; });
  }

  globalThis.workbenchTendFigure = (figure, words) => {
    figure.setAttribute("role", "figure");
    figure.setAttribute("aria-label", words ?? figure.querySelector(".gtitle")?.textContent ?? "Figure");
    if (!figure.workbenchTended) {
      figure.workbenchTended = true;
      figure.addEventListener("keydown", press);
      figure.on?.("plotly_afterplot", () => mark(figure));
    }
    mark(figure);
  };

  // What is being drawn again is dimmed, unless it takes but a moment.
  const style = document.createElement("style");
  style.textContent = ".workbench-busy { opacity: .45; transition: opacity .1s linear .2s; }";
  document.head.append(style);

  const said = document.createElement("div");
  said.id = "workbench-said";
  said.setAttribute("role", "status");
  said.style.cssText = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);";
  let changed = new Set();
  let due;
  function say() {
    if (!said.isConnected) document.body.append(said);
    const names = [...changed].flatMap((area) => [...area.querySelectorAll(".js-plotly-plot[aria-label], caption")])
      .map((part) => part.getAttribute("aria-label") ?? part.textContent.trim());
    changed = new Set();
    said.textContent = [...new Set(names)].join("; ");
  }

  new MutationObserver((records) => {
    for (const { target, oldValue } of records) {
      const busy = target.classList.contains("workbench-busy");
      if (busy === / workbench-busy(?= |$)/.test(` ${oldValue ?? ""}`)) continue;
      target.setAttribute("aria-busy", String(busy));
      if (busy) continue;
      changed.add(target);
      clearTimeout(due);
      due = setTimeout(say, 700);
    }
  }).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ["class"], attributeOldValue: true });
})();
