// The stages of a run as a nested list; only rows that have changed are touched.

const MOST_STAGES = 400;
const STAGE_ROW = 22;
const BAR_MILLISECONDS = 1500; // between two items of the outer loop, the inner one keeps its place
const STAGE_SIGNS = { started: "●", completed: "✓", failed: "✖", skipped: "–" };

class StageList {
  constructor(store) {
    this.store = store;
    this.rows = new Map();
    this.list = element("div", "wb-stages", { role: "list", "aria-label": "Stages" });
    this.more = element("div", "wb-more");
    this.root = element("div", "wb-section", {}, this.list, this.more);
    this.seen = new Map();
    restAtRows(this.list, STAGE_ROW);
  }

  render() {
    const stages = this.store.sections.stages;
    // A page that opens late hears of changed stages before the others: their place tells the order.
    const paths = Object.keys(stages).sort((one, other) => stages[one][6] - stages[other][6]);
    setShown(this.root, paths.length > 0);
    setShown(this.more, paths.length > MOST_STAGES);
    setText(this.more, `and ${count(Math.max(0, paths.length - MOST_STAGES))} more stages; the log names them all`);
    const now = this.store.now();
    let after = null;
    for (const path of shownPaths(paths)) {
      const stage = stages[path];
      const row = this.rows.get(path) ?? this.addRow(path, after);
      after = row.box;
      if (this.seen.get(path) === stage && stage[1] !== "started") continue;
      this.seen.set(path, stage);
      this.fill(row, stage, now);
    }
    if (this.rows.size) this.scrollToCurrent();
  }

  scrollToCurrent() {
    const current = [...this.rows.values()].filter((row) => row.root.dataset.state === "started").at(-1);
    if (!current || this.list.matches(":hover, :focus-within") || this.current === current) return;
    this.current = current;
    const [top, height] = [current.box.offsetTop, current.box.offsetHeight];
    if (top < this.list.scrollTop) this.list.scrollTop = top;
    else if (top + height > this.list.scrollTop + this.list.clientHeight) {
      this.list.scrollTop = top + height - this.list.clientHeight;
    }
  }

  addRow(path, after) {
    const depth = path.split("/").length - 1;
    const row = {
      sign: element("span", "wb-stage-sign", { "aria-hidden": "true" }),
      title: element("span", "wb-stage-title"),
      message: element("span", "wb-stage-message"),
      fill: element("div", "wb-fill"),
      time: element("span", "wb-stage-time"),
    };
    row.bar = element("div", "wb-bar wb-small", { role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 }, row.fill);
    row.depth = Math.min(depth, 6);
    row.loops = new LoopBars();
    row.root = element("div", "wb-stage", {},
      element("span", "wb-stage-name", {}, row.sign, row.title), row.message, row.bar, row.time);
    row.box = element("div", "wb-stage-box", { role: "listitem" }, row.root, row.loops.root);
    row.root.style.setProperty("--wb-depth", row.depth);
    if (after) after.after(row.box);
    else this.list.prepend(row.box);
    this.rows.set(path, row);
    return row;
  }

  fill(row, [title, state, started, ended, fraction, message, , bars], now) {
    row.loops.render(bars, row.depth + 1, state !== "started");
    // The loops say it themselves.
    if (bars.length) message = "";
    setAttribute(row.root, "data-state", state);
    setText(row.sign, STAGE_SIGNS[state] ?? "");
    setText(row.title, title);
    setAttribute(row.title, "title", title);
    setText(row.message, message || (state === "started" ? "" : state === "completed" ? "" : state));
    setAttribute(row.message, "title", message || null);
    const share = state === "completed" ? 1 : fraction ?? 0;
    row.fill.style.transform = `scaleX(${share})`;
    setAttribute(row.bar, "data-unknown", state === "started" && fraction === null ? "" : null);
    setAttribute(row.bar, "aria-label", `${title}: ${state}`);
    setAttribute(row.bar, "aria-valuenow", state === "started" && fraction === null ? null : Math.round(share * 100));
    setText(row.time, state === "skipped" ? "" : duration((ended ?? now) - started));
  }
}

// Loops inside loops, each with a bar of its own; the outermost first.
class LoopBars {
  constructor() {
    this.rows = [];
    this.root = element("div", "wb-loops", { role: "list", "aria-label": "Loops" });
    setShown(this.root, false);
  }

  render(bars, depth, ended = false) {
    const moment = performance.now();
    bars.forEach(([inside, text, share], index) => {
      const row = (this.rows[index] ??= this.addRow());
      row.seen = moment;
      row.root.style.setProperty("--wb-depth", Math.min(depth + inside, 8));
      setText(row.text, text);
      setAttribute(row.text, "title", text);
      row.fill.style.transform = `scaleX(${share ?? 0})`;
      setAttribute(row.bar, "data-unknown", share === null ? "" : null);
      setAttribute(row.bar, "aria-label", text);
      setAttribute(row.bar, "aria-valuenow", share === null ? null : Math.round(share * 100));
    });
    for (const row of this.rows) setShown(row.root, !ended && moment - row.seen < BAR_MILLISECONDS);
    setShown(this.root, this.rows.some((row) => !row.root.hidden));
  }

  addRow() {
    const row = { text: element("span", "wb-loop-text"), fill: element("div", "wb-fill") };
    row.bar = element("div", "wb-bar wb-small", { role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 }, row.fill);
    row.root = element("div", "wb-loop", { role: "listitem" }, row.text, row.bar);
    this.root.append(row.root);
    return row;
  }
}

// Children are listed under their parents, wherever in time they began.
function shownPaths(paths) {
  const known = new Set(paths);
  const children = new Map();
  for (const path of paths.slice(0, MOST_STAGES)) {
    let parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    while (parent && !known.has(parent)) parent = parent.slice(0, Math.max(0, parent.lastIndexOf("/")));
    if (!children.has(parent)) children.set(parent, []);
    children.get(parent).push(path);
  }
  const ordered = [];
  const walk = (parent) => {
    for (const path of children.get(parent) ?? []) {
      ordered.push(path);
      walk(path);
    }
  };
  walk("");
  return ordered;
}
