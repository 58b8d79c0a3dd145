// One view of the panel: it draws what the store knows, at most once per frame.

const STANDSTILL = /^(stalled|waiting)/;
const STATE_SIGNS = { queued: "◷", running: "▶", paused: "❚❚", succeeded: "✓", failed: "✖", "succeeded, incomplete": "◐", cancelled: "■", interrupted: "⚡" };

class PanelView {
  constructor(store, host) {
    this.store = store;
    this.buttons = new Buttons(store);
    this.stages = new StageList(store);
    this.settings = new Settings(store);
    this.log = new LogPane(store);
    this.loops = new LoopBars();
    this.dismissed = new Set();
    this.fold = new Fold(store, this.log, () => this.draw());
    this.host = host;
    this.build();
    host.append(this.root);
    this.draw = () => { this.frame ??= requestAnimationFrame(() => { this.frame = null; this.render(); }); };
    store.views.add(this.draw);
    this.onClosed = () => this.leaveSentence();
    store.model.on("comm:close", this.onClosed);
    let ticks = 0;
    this.ticking = setInterval(() => { if (!store.sections.facts.final || ++ticks % 4 === 0) this.draw(); }, 250);
    this.render();
  }

  build() {
    const { title, scenario, run, readonly } = this.store.identity;
    this.sign = element("span", "wb-badge-sign", { "aria-hidden": "true" });
    this.stateWord = element("span", "");
    this.badge = element("span", "wb-badge", { role: "status" }, this.sign, this.stateWord);
    const names = element("div", "wb-names", {},
      element("span", "wb-title", { textContent: title }),
      element("span", "wb-scenario", { textContent: scenario, title: "Scenario" }),
      element("code", "wb-run", { textContent: run, title: "Id of the run" }));
    this.head = element("div", "wb-head", {}, this.badge, names, this.fold.brief, readonly ? "" : this.buttons.root, this.fold.button);
    this.fill = element("div", "wb-fill");
    this.bar = element("div", "wb-bar", { role: "progressbar", "aria-label": "Overall progress", "aria-valuemin": 0, "aria-valuemax": 100 }, this.fill);
    this.percent = element("span", "wb-percent");
    this.doing = element("span", "wb-doing");
    this.time = element("span", "wb-time");
    this.overall = element("div", "wb-overall", {}, this.bar, this.percent,
      element("div", "wb-under", {}, this.doing, this.time), this.loops.root);
    this.reason = element("div", "wb-reason");
    this.details = element("ul", "wb-details", { "aria-label": "Problems" });
    this.next = element("div", "wb-next");
    this.health = element("div", "wb-health", { role: "status" });
    this.metrics = element("div", "wb-metrics", { role: "list", "aria-label": "Numbers reported" });
    this.metricNodes = new Map();
    this.artifacts = element("ul", "wb-artifacts", { "aria-label": "Files written" });
    this.chosen = element("div", "wb-chosen");
    this.files = element("div", "wb-section", {}, element("div", "wb-heading", { textContent: "Files" }), this.artifacts);
    this.problems = element("div", "wb-problems", { role: "alert" });
    this.root = element("section", "wb-panel", { "aria-label": `Run ${title}, scenario ${scenario}` },
      this.head, this.overall, this.reason, this.details, this.next, this.health, this.stages.root, this.metrics, readonly ? "" : this.settings.root, this.chosen, this.files, this.log.root, this.problems);
    // JupyterLab takes single keys as commands unless something inside of the output keeps them.
    setAttribute(this.root, "data-lm-suppress-shortcuts", "true");
    for (const [list, row] of [[this.details, 18], [this.metrics, 38], [this.artifacts, 19], [this.problems, 20]]) {
      restAtRows(list, row);
    }
    this.fold.listen(this.root);
  }

  close() {
    this.store.views.delete(this.draw);
    this.store.model.off("comm:close", this.onClosed);
    clearInterval(this.ticking);
    if (this.frame) cancelAnimationFrame(this.frame);
    this.log.close();
  }

  // The kernel has closed the panel, and JupyterLab takes it out of the page.
  leaveSentence() {
    const { run, readonly } = this.store.identity;
    const place = this.host.closest(".jp-OutputArea-child");
    if (!place || readonly) return;
    place.append(element("div", "wb-closed", { role: "status", textContent: `The kernel has closed this panel: attach("${run}", project) shows the run again.` }));
  }

  render() {
    const facts = this.store.sections.facts;
    const state = facts.state ?? "";
    setAttribute(this.root, "data-state", state);
    setAttribute(this.root, "data-cause", facts.cause || null);
    this.store.link.look(this.host);
    setAttribute(this.root, "data-lost", this.store.isLost && !facts.final ? this.store.link.state || "owner" : null);
    // A bar moves by itself only while the run is known to work.
    setAttribute(this.root, "data-still", state !== "running" || this.store.isLost || STANDSTILL.test(facts.health ?? "") ? "" : null);
    this.renderBadge(facts, state);
    this.renderBar(facts, state);
    this.renderReason(facts, state);
    this.buttons.render();
    this.stages.render();
    this.renderMetrics();
    this.settings.render();
    this.renderChosen(facts.chosen ?? []);
    this.renderFiles();
    this.log.render();
    this.renderProblems();
    this.fold.render();
  }

  renderBadge(facts, state) {
    const lost = facts.final ? "" : this.store.link.word;
    const asked = { pause: "pausing …", cancel: "cancelling …" }[facts.request];
    const word = lost || (!state ? "connecting …" : !facts.final && asked ? asked : facts.status);
    setText(this.sign, lost ? "⚡" : STATE_SIGNS[facts.status] ?? "◌");
    setText(this.stateWord, word);
    setAttribute(this.badge, "title", [facts.cause && `Cause: ${facts.cause}`, facts.reason].filter(Boolean).join("\n") || null);
  }

  renderBar(facts, state) {
    const share = facts.fraction ?? 0;
    const unknown = state === "running" && facts.fraction === null;
    this.fill.style.transform = `scaleX(${share})`;
    setAttribute(this.bar, "data-unknown", unknown ? "" : null);
    setAttribute(this.bar, "aria-valuenow", unknown ? null : Math.round(share * 100));
    setText(this.percent, facts.fraction === null || !state ? "" : `${Math.floor(share * 100 + 1e-9)} %`);
    setText(this.doing, facts.final ? "" : facts.message || "");
    setAttribute(this.doing, "title", facts.message || null);
    setText(this.time, this.timeText(facts, state));
    this.loops.render(facts.bars ?? [], 0);
  }

  timeText(facts, state) {
    const parts = [];
    const lost = this.store.isLost && !facts.final;
    if (facts.started) parts.push(`${elapsed((facts.ended ?? this.store.now()) - facts.started)} ${facts.final ? "in all" : lost ? "elapsed when last heard" : "elapsed"}`);
    if (lost) return parts.join("");
    if (state === "running") parts.push(facts.left === null ? "time left: cannot tell yet" : remaining(facts.left));
    if (facts.memory && !facts.final) parts.push(bytes(facts.memory));
    if (!facts.here && state && !facts.final) parts.push("in another process");
    return parts.join("  ·  ");
  }

  renderReason(facts, state) {
    let sentence = "";
    if (state === "queued") {
      sentence = facts.queue ? `Waiting for its turn: ${facts.queue} run${facts.queue > 1 ? "s" : ""} before this one` : "Waiting for its turn: next";
    } else if (facts.request === "pause" && state === "running") sentence = "Pause asked: holds at the next checkpoint";
    else if (facts.request === "cancel" && !facts.final) sentence = "Cancel asked: ends at the next checkpoint";
    else if (facts.final || state === "paused") sentence = facts.reason;
    const cause = facts.cause && facts.final && !["completed", "incomplete"].includes(facts.cause) ? `Cause: ${facts.cause}. ` : "";
    setText(this.reason, sentence ? cause + sentence : "");
    setShown(this.reason, Boolean(sentence));
    const details = facts.details ?? [];
    setShown(this.details, details.length > 0);
    if (details.length !== this.details.children.length) {
      this.details.replaceChildren(...details.map((line) => element("li", "", { textContent: line })));
    }
    setText(this.next, facts.next ?? "");
    setShown(this.next, Boolean(facts.final && facts.next) && !this.store.identity.readonly);
    const told = this.store.link.sentence || facts.owner || facts.health || "";
    const alarming = facts.final ? false : this.store.isLost || STANDSTILL.test(told);
    setText(this.health, told);
    setAttribute(this.health, "data-stalled", alarming ? "" : null);
    setShown(this.health, Boolean(told));
  }

  renderMetrics() {
    const metrics = Object.entries(this.store.sections.metrics).sort(([, one], [, other]) => one[4] - other[4]);
    setShown(this.metrics, metrics.length > 0);
    for (const [key, [name, value, unit, stage, place]] of metrics.slice(-60)) {
      let node = this.metricNodes.get(key);
      if (!node) {
        node = { value: element("span", "wb-metric-value"), unit: element("span", "wb-unit") };
        const where = stage ? element("span", "wb-metric-stage", { textContent: stage }) : "";
        node.root = element("div", "wb-metric", { role: "listitem" },
          element("div", "wb-metric-name", {}, name, where), element("div", "", {}, node.value, node.unit));
        node.root.style.order = place;
        this.metrics.append(node.root);
        this.metricNodes.set(key, node);
      }
      setText(node.value, number(value));
      setText(node.unit, unit);
    }
  }

  // What makes this run another one than a run with the defaults.
  renderChosen(chosen) {
    setShown(this.chosen, chosen.length > 0);
    setText(this.chosen, chosen.length ? `Settings other than the defaults: ${chosen.join("  ·  ")}` : "");
  }

  renderFiles() {
    const files = Object.values(this.store.sections.artifacts);
    setShown(this.files, files.length > 0);
    if (files.length === this.artifacts.children.length) return;
    this.artifacts.replaceChildren(...files.map(([title, path], number) =>
      element("li", "", {}, this.store.identity.readonly ? element("span", "", { textContent: title }) : this.fileButton(title, path, number),
        element("code", "", { textContent: path, title: path }))));
  }

  fileButton(title, path, number) {
    const button = element("button", "wb-file", { type: "button", textContent: title, title: `Download ${path}` });
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const ask = (offset) => this.store.ask({ kind: "file", number, offset, patience: 20_000 });
        await saveParts(path.split(/[\\/]/).pop(), ask, (share) => setText(button, `${title} ${Math.round(100 * share)} %`));
      } catch (error) {
        this.store.complain(`${title}: ${error.message}`);
      }
      setText(button, title);
      button.disabled = false;
    });
    return button;
  }

  renderProblems() {
    const problems = [
      ...Object.entries(this.store.sections.problems),
      ...this.store.refused.map((sentence, index) => [`refused ${index} ${sentence}`, sentence]),
    ].filter(([key]) => !this.dismissed.has(key));
    const shown = problems.map(([key]) => key).join("\n");
    if (shown === this.shownProblems) return;
    this.shownProblems = shown;
    this.problems.replaceChildren(...problems.map(([key, sentence]) => {
      const close = element("button", "wb-dismiss", { type: "button", textContent: "×", title: "Dismiss", "aria-label": "Dismiss" });
      close.addEventListener("click", () => { this.dismissed.add(key); this.draw(); });
      return element("div", "wb-problem", {}, element("span", "wb-problem-sign", { textContent: "✖", "aria-hidden": "true" }), element("span", "", { textContent: sentence }), close);
    }));
    setShown(this.problems, problems.length > 0);
  }
}

// Called once per model: the views of one model share its store.
export default () => {
  let store;
  return {
    initialize({ model }) {
      store = new Store(model);
      return () => store.close();
    },
    render({ el }) {
      el.classList.add("wb-host");
      const view = new PanelView(store, el);
      return () => view.close();
    },
  };
};
