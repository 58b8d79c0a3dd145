// The row under a figure: downloads of what is shown, the way back from a zoom; tells the kernel of zooms and theme.

const KINDS = { csv: ["CSV", "text/csv"], xlsx: ["Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], parquet: ["Parquet", "application/vnd.apache.parquet"] };
const SETTLE_MS = 250;
const NARROW_PX = 560;

function isDark() {
  const light = document.body.dataset.jpThemeLight;
  return light === undefined ? window.matchMedia("(prefers-color-scheme: dark)").matches : light === "false";
}

function saveAs(name, type, bytes) {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

class AnswerTools {
  constructor(model, el) {
    this.model = model;
    this.root = document.createElement("div");
    this.root.className = "wb-answer-tools";
    this.root.setAttribute("data-lm-suppress-shortcuts", "true");
    this.buttons = Object.entries(KINDS).map(([format, [label]]) => this.button(label, `Save what is shown as ${label}`, () => this.download(format)));
    this.back = this.button("Whole period", "Undo the zoom", () => this.send({ kind: "zoom", from: "", to: "" }));
    this.said = document.createElement("span");
    this.said.setAttribute("role", "status");
    const label = document.createElement("span");
    label.textContent = "Download";
    this.root.append(label, ...this.buttons, this.back, this.said);
    el.append(this.root);
    this.waiting = new Map();
    this.number = 0;
    this.plots = new WeakSet();
    this.observe();
    this.render();
  }

  button(text, title, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, title });
    made.addEventListener("click", act);
    return made;
  }

  send(content) { this.model.send({ ...content, id: ++this.number }); return this.number; }

  download(format) {
    this.waiting.set(this.send({ kind: "download", format }), format);
    this.said.textContent = "preparing …";
  }

  receive(content, buffers) {
    if (content.kind === "file" && this.waiting.has(content.id)) {
      const format = this.waiting.get(content.id);
      this.waiting.delete(content.id);
      saveAs(content.name, KINDS[format][1], buffers[0]);
      this.said.textContent = "";
    } else if (content.kind === "problem" && this.waiting.delete(content.id)) {
      this.said.textContent = content.sentence;
    }
  }

  render() {
    this.back.style.display = this.model.get("zoomed") ? "" : "none";
    for (const button of this.buttons) button.disabled = !this.model.get("ready");
  }

  observe() {
    this.onMessage = (content, buffers) => this.receive(content, buffers);
    this.onChange = () => this.render();
    this.model.on("msg:custom", this.onMessage);
    this.model.on("change:zoomed change:ready", this.onChange);
    this.tellTheme = () => {
      const width = this.root.closest(".wb-board")?.clientWidth ?? 0;
      const dark = isDark(), narrow = width ? width < NARROW_PX : this.narrow ?? false;
      if (dark === this.dark && narrow === this.narrow) return;
      [this.dark, this.narrow] = [dark, narrow];
      this.send({ kind: "theme", dark, narrow });
    };
    this.themes = new MutationObserver(this.tellTheme);
    this.themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
    this.media = window.matchMedia("(prefers-color-scheme: dark)");
    this.media.addEventListener("change", this.tellTheme);
    this.widths = new ResizeObserver(this.tellTheme);
    this.widths.observe(this.root);
    this.tellTheme();
    this.attempt = setInterval(() => {
      const host = this.root.closest(".wb-answer");
      if (!host) return;
      clearInterval(this.attempt);
      this.figures = new MutationObserver(() => this.listen(host));
      this.figures.observe(host, { childList: true, subtree: true });
      this.listen(host);
    }, 100);
  }

  listen(host) {
    for (const plot of host.querySelectorAll(".js-plotly-plot")) {
      if (this.plots.has(plot) || !plot.on) continue;
      this.plots.add(plot);
      plot.on("plotly_relayout", (change) => this.zoomed(change));
    }
  }

  zoomed(change) {
    clearTimeout(this.settling);
    const from = change["xaxis.range[0]"], to = change["xaxis.range[1]"];
    if (change["xaxis.autorange"]) this.settling = setTimeout(() => this.send({ kind: "zoom", from: "", to: "" }), SETTLE_MS);
    else if (typeof from === "string" && typeof to === "string") this.settling = setTimeout(() => this.send({ kind: "zoom", from: from.slice(0, 16), to: to.slice(0, 16) }), SETTLE_MS);
  }

  close() {
    this.model.off("msg:custom", this.onMessage);
    this.model.off("change:zoomed change:ready", this.onChange);
    this.themes.disconnect();
    this.widths.disconnect();
    this.media.removeEventListener("change", this.tellTheme);
    this.figures?.disconnect();
    clearInterval(this.attempt);
    clearTimeout(this.settling);
  }
}

export default {
  render({ model, el }) {
    preparePrint();
    const view = new AnswerTools(model, el);
    return () => view.close();
  },
};
