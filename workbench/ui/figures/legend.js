// The legend of a figure as a table: what each colour is, its numbers of the whole period, and what is under the cursor.
function numberOf(value) {
  return Number.isFinite(value) ? value.toLocaleString("en-US", { maximumFractionDigits: 0 }) : "–";
}

class Legend {
  constructor(model, el) {
    this.model = model;
    this.root = document.createElement("div");
    this.root.className = "workbench-legend";
    el.append(this.root);
    this.plots = new WeakSet();
    this.onChange = () => this.draw();
    model.on("change:content", this.onChange);
    this.draw();
    this.watch = setInterval(() => this.listen(), 500);
  }

  cell(row, tag, text, kind = "") {
    const made = document.createElement(tag);
    made.textContent = text;
    if (kind) made.className = kind;
    row.append(made);
    return made;
  }

  draw() {
    const { caption, headers, rows, unit } = this.model.get("content");
    const focused = document.activeElement?.dataset?.name;
    const table = document.createElement("table");
    this.cell(table, "caption", caption);
    const head = table.createTHead().insertRow();
    headers.forEach((name, place) => { this.cell(head, "th", name, place ? "" : "text").scope = "col"; });
    this.when = this.cell(head, "th", "", "under");
    this.when.scope = "col";
    this.under = new Map();
    const body = table.createTBody();
    for (const { name, icon, cells, hidden } of rows) {
      const row = body.insertRow();
      const first = this.cell(row, "th", "", "text");
      first.scope = "row";
      const button = document.createElement("button");
      Object.assign(button, { type: "button", innerHTML: icon, title: hidden ? "Show it in the figure" : "Leave it out of the figure" });
      button.setAttribute("aria-pressed", String(!hidden));
      button.dataset.name = name;
      button.append(` ${name}`);
      button.addEventListener("click", () => this.model.send({ kind: "toggle", name }));
      first.append(button);
      for (const text of cells) this.cell(row, "td", text);
      this.under.set(name, this.cell(row, "td", "", "under"));
    }
    this.unit = unit;
    this.root.replaceChildren(table);
    this.show(undefined);
    if (focused) this.root.querySelector(`button[data-name="${CSS.escape(focused)}"]`)?.focus();
  }

  listen() {
    const host = this.root.closest(".wb-answer");
    for (const plot of host?.querySelectorAll(".js-plotly-plot") ?? []) {
      if (this.plots.has(plot) || !plot.on) continue;
      this.plots.add(plot);
      plot.on("plotly_hover", ({ points }) => this.show(points));
      plot.on("plotly_unhover", () => this.show(undefined));
    }
  }

  show(points) {
    const at = points?.[0]?.x;
    this.root.classList.toggle("is-pointed", at !== undefined);
    this.when.textContent = at === undefined ? `Under the cursor [${this.unit}]` : `${String(at).slice(5, 16)} [${this.unit}]`;
    const seen = new Map((points ?? []).map((point) => [point.data.name, point.y]));
    for (const [name, cell] of this.under) cell.textContent = points && seen.has(name) ? numberOf(seen.get(name)) : "";
  }

  close() {
    clearInterval(this.watch);
    this.model.off("change:content", this.onChange);
  }
}

export default {
  render({ model, el }) {
    const legend = new Legend(model, el);
    return () => legend.close();
  },
};
