// The stages of a run as a nested list; only rows that have changed are touched.

const MOST_STAGES = 400;
const STAGE_SIGNS = { started: "●", completed: "✓", failed: "✖", skipped: "–" };

class StageList {
  constructor(store) {
    this.store = store;
    this.rows = new Map();
    this.list = element("div", "wb-stages", { role: "list", "aria-label": "Stages" });
    this.more = element("div", "wb-more");
    this.root = element("div", "wb-section", {}, this.list, this.more);
    this.seen = new Map();
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
      after = row.root;
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
    const [top, height] = [current.root.offsetTop - this.list.offsetTop, current.root.offsetHeight];
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
    row.root = element("div", "wb-stage", { role: "listitem" },
      element("span", "wb-stage-name", {}, row.sign, row.title), row.message, row.bar, row.time);
    row.root.style.setProperty("--wb-depth", Math.min(depth, 6));
    if (after) after.after(row.root);
    else this.list.prepend(row.root);
    this.rows.set(path, row);
    return row;
  }

  fill(row, [title, state, started, ended, fraction, message], now) {
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
