// Shows Plotly figures: the library is loaded when the first figure comes into view, in the colours of the page.
// It is what JupyterLab calls a federated extension, written by hand: a container with `init` and `get`.
(() => {
  const MIME = "application/vnd.plotly.v1+json";
  const INK = "#E4E7EB";
  const GRID = "#3E4C59";
  const library = new URL("plotly.js", document.currentScript.src).href;
  let shared;
  let plotly;

  function loadPlotly() {
    plotly ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = library;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => { plotly = undefined; reject(new Error("The charts could not be loaded.")); };
      document.head.append(script);
    });
    return plotly;
  }

  // One figure after the other, and each only when the page has been painted and what was clicked was heard: reading
  // the library and drawing take long, and a page whose controls are there must not freeze meanwhile.
  const painted = () => new Promise((resolve) => {
    const soon = setTimeout(resolve, 200); // A page in the background is not painted.
    const next = () => setTimeout(() => { clearTimeout(soon); resolve(); });
    requestAnimationFrame(() => requestAnimationFrame(next));
  });
  let last = Promise.resolve();
  function inTurn(draw) {
    const drawn = last.then(painted).then(draw);
    last = drawn.catch(() => {});
    return drawn;
  }

  const darkness = window.matchMedia("(prefers-color-scheme: dark)");
  function isDark() {
    const theme = document.documentElement.dataset.theme;
    return theme === "dark" || (theme !== "light" && darkness.matches);
  }

  function coloured(layout, dark = isDark()) {
    const made = structuredClone(layout ?? {});
    made.autosize = true;
    delete made.width;
    const template = (made.template ??= {});
    const common = (template.layout ??= {});
    common.paper_bgcolor = common.plot_bgcolor = "rgba(0,0,0,0)";
    if (!dark) return made;
    common.font = { ...common.font, color: INK };
    common.shapedefaults = { line: { color: INK }, ...common.shapedefaults };
    for (const name of ["xaxis", "yaxis"]) {
      common[name] = { ...common[name], gridcolor: GRID, linecolor: GRID, zerolinecolor: GRID, tickcolor: GRID };
    }
    common.hoverlabel = { ...common.hoverlabel, bgcolor: "#1B2026", bordercolor: GRID, font: { ...common.hoverlabel?.font, color: INK } };
    return made;
  }

  const NARROW = 560;
  const PAPER = 660; // Width between the margins of a sheet of A4, in pixels of CSS.
  const LOW = 340; // Height of a figure that is not made lower on paper,
  const MAX_NAMED = 6; // nor is one whose legend takes much of it.
  const figures = new Set();
  const LEGEND_ROW = 19;
  const LETTER = 6.6;
  const SMALL_LETTER = 5.6;
  const HEADING_LINE = 20;

  // The lines below a title are written for a wide page: `title<br><sup>one · two · three</sup>`.
  function wrapHeading(layout, width) {
    const text = typeof layout.title === "string" ? layout.title : layout.title?.text;
    if (!text?.includes("<sup>")) return;
    const [title, ...lines] = text.split("<br>");
    const room = Math.floor((width - 24) / SMALL_LETTER);
    const wrapped = [];
    for (const part of lines.flatMap((line) => line.replace(/<\/?sup>/g, "").split(" · "))) {
      const longer = wrapped.length ? `${wrapped.at(-1)} · ${part}` : "";
      if (longer && longer.length <= room) wrapped[wrapped.length - 1] = longer;
      else wrapped.push(part);
    }
    const more = HEADING_LINE * (wrapped.length - lines.length);
    if (more <= 0) return;
    layout.title = { ...(typeof layout.title === "string" ? {} : layout.title), text: [title, ...wrapped.map((line) => `<sup>${line}</sup>`)].join("<br>") };
    layout.margin = { ...layout.margin, t: (layout.margin?.t ?? 72) + more };
    if (layout.height) layout.height += more;
  }

  // On a phone a legend is a column, which must not take its room from the plot; and labels that an axis was given
  // are thinned out until they fit beside one another.
  function fitToWidth(layout, data, width) {
    if (!width) return;
    wrapHeading(layout, width);
    if (width >= NARROW) return;
    const entries = data.filter((trace) => trace.name && trace.showlegend !== false && (trace.visible ?? true) === true);
    const height = layout.height ?? layout.template?.layout?.height;
    if (height && layout.showlegend !== false) layout.height = height + LEGEND_ROW * Math.max(0, entries.length - 3);
    for (const [name, axis] of Object.entries(layout)) {
      if (!/^xaxis\d*$/.test(name) || axis?.tickangle !== 0) continue;
      if (!Array.isArray(axis.tickvals) || !Array.isArray(axis.ticktext)) continue;
      const label = LETTER * Math.max(...axis.ticktext.map((text) => String(text).length)) + 12;
      const step = Math.ceil(axis.ticktext.length / Math.max(2, Math.floor((width - 110) / label)));
      // Counted from the end: the last one is what is looked for.
      const isKept = (_, place, all) => (all.length - 1 - place) % step === 0;
      layout[name] = { ...axis, tickvals: axis.tickvals.filter(isKept), ticktext: axis.ticktext.filter(isKept) };
    }
  }

  function makeRenderer(Widget) {
    return class Figure extends Widget {
      constructor() {
        super();
        this.addClass("wb-figure");
        this.redraw = () => { if (this.figure && this.drawn) this.draw(); };
        this.sizes = new ResizeObserver(() => { if (this.drawn && this.node.offsetWidth) window.Plotly.Plots.resize(this.node); });
        darkness.addEventListener("change", this.redraw);
        figures.add(this);
      }

      async renderModel(model) {
        this.figure = model.data[MIME];
        const words = model.data["text/plain"];
        if (words) this.words = String(words);
        this.node.setAttribute("role", "figure");
        this.node.setAttribute("aria-label", this.words ?? "Figure");
        const height = this.figure.layout?.height ?? this.figure.layout?.template?.layout?.height;
        if (height) this.node.style.minHeight = `${height}px`;
        if (this.drawn) await this.draw();
        else this.drawWhenSeen();
      }

      drawWhenSeen() {
        if (this.seen) return;
        this.seen = new IntersectionObserver((entries) => {
          if (!entries.some((entry) => entry.isIntersecting)) return;
          this.seen.disconnect();
          this.draw();
        }, { rootMargin: "300px" });
        this.seen.observe(this.node);
      }

      draw() {
        return inTurn(() => this.drawNow());
      }

      async drawNow() {
        const library = await loadPlotly();
        await painted();
        if (this.isDisposed) return;
        const { data, config, frames } = this.figure;
        const layout = coloured(this.figure.layout);
        fitToWidth(layout, data, this.node.offsetWidth);
        if (layout.height) this.node.style.minHeight = `${layout.height}px`;
        await library.react(this.node, { data, layout, frames: frames ?? undefined, config: { ...config, responsive: false } });
        if (!this.drawn) this.sizes.observe(this.node);
        this.drawn = true;
        window.workbenchTendFigure?.(this.node, this.words);
      }

      // A page that is printed is laid out anew without a chance to draw: each figure is made to fit before, also those
      // that were never in sight, in the colours of paper.
      drawForPaper() {
        if (!window.Plotly || !this.figure || !this.node.offsetWidth) return;
        const { data, config, frames } = this.figure;
        const layout = coloured(this.figure.layout, false);
        layout.width = Math.min(PAPER, this.node.offsetWidth);
        fitToWidth(layout, data, layout.width);
        // A little lower: what comes before a figure and the figure fit on one sheet more often.
        const named = data.filter((trace) => trace.name && trace.showlegend !== false).length;
        if (layout.height > LOW && named <= MAX_NAMED) layout.height = Math.max(LOW, Math.round(layout.height * 0.85));
        if (layout.height) this.node.style.minHeight = `${layout.height}px`;
        window.Plotly.react(this.node, { data, layout, frames: frames ?? undefined, config: { ...config, responsive: false } });
        this.drawn = true;
      }

      dispose() {
        figures.delete(this);
        this.seen?.disconnect();
        this.sizes.disconnect();
        darkness.removeEventListener("change", this.redraw);
        if (this.drawn) window.Plotly.purge(this.node);
        super.dispose();
      }
    };
  }

  async function extension() {
    const versions = Object.values(shared["@lumino/widgets"]);
    const { Widget } = (await versions[0].get())();
    const Figure = makeRenderer(Widget);
    const rendererFactory = { safe: true, mimeTypes: [MIME], createRenderer: () => new Figure() };
    return { __esModule: true, default: { id: "workbench:figures", rendererFactory, rank: 0, dataType: "json" } };
  }

  window.addEventListener("beforeprint", () => { for (const figure of figures) figure.drawForPaper(); });
  window.addEventListener("afterprint", () => { for (const figure of figures) figure.redraw(); });

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB.workbench = {
    init: async (scope) => { shared = scope; },
    get: async () => { const made = await extension(); return () => made; },
  };
})();
