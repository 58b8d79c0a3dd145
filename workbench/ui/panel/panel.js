// One view of the panel: it draws what the store knows, at most once per frame.

const SILENT_SECONDS = 12;
const STATE_SIGNS = { queued: "◷", running: "▶", paused: "❚❚", succeeded: "✓", failed: "✖", "succeeded, incomplete": "◐", cancelled: "■", interrupted: "⚡" };

class PanelView {
  constructor(store, host) {
    this.store = store;
    this.buttons = new Buttons(store);
    this.stages = new StageList(store);
    this.settings = new Settings(store);
    this.log = new LogPane(store);
    this.dismissed = new Set();
    this.build();
    host.append(this.root);
    this.draw = () => { this.frame ??= requestAnimationFrame(() => { this.frame = null; this.render(); }); };
    store.views.add(this.draw);
    this.ticking = setInterval(this.draw, 1000);
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
    this.head = element("div", "wb-head", {}, this.badge, names, readonly ? "" : this.buttons.root);
    this.fill = element("div", "wb-fill");
    this.bar = element("div", "wb-bar", { role: "progressbar", "aria-label": "Overall progress", "aria-valuemin": 0, "aria-valuemax": 100 }, this.fill);
    this.percent = element("span", "wb-percent");
    this.doing = element("span", "wb-doing");
    this.time = element("span", "wb-time");
    this.overall = element("div", "wb-overall", {}, this.bar, this.percent,
      element("div", "wb-under", {}, this.doing, this.time));
    this.reason = element("div", "wb-reason");
    this.details = element("ul", "wb-details", { "aria-label": "Problems" });
    this.health = element("div", "wb-health", { role: "status" });
    this.metrics = element("div", "wb-metrics", { role: "list", "aria-label": "Numbers reported" });
    this.metricNodes = new Map();
    this.artifacts = element("ul", "wb-artifacts", { "aria-label": "Files written" });
    this.files = element("div", "wb-section", {}, element("div", "wb-heading", { textContent: "Files" }), this.artifacts);
    this.problems = element("div", "wb-problems", { role: "alert" });
    this.root = element("section", "wb-panel", { "aria-label": `Run ${title}, scenario ${scenario}` },
      this.head, this.overall, this.reason, this.details, this.health, this.stages.root, this.metrics, readonly ? "" : this.settings.root, this.files, this.log.root, this.problems);
    // JupyterLab takes single keys as commands unless something inside of the output keeps them.
    setAttribute(this.root, "data-lm-suppress-shortcuts", "true");
  }

  close() {
    this.store.views.delete(this.draw);
    clearInterval(this.ticking);
    if (this.frame) cancelAnimationFrame(this.frame);
    this.log.close();
  }

  render() {
    const facts = this.store.sections.facts;
    const state = facts.state ?? "";
    setAttribute(this.root, "data-state", state);
    setAttribute(this.root, "data-cause", facts.cause || null);
    this.renderBadge(facts, state);
    this.renderBar(facts, state);
    this.renderReason(facts, state);
    this.buttons.render();
    this.stages.render();
    this.renderMetrics();
    this.settings.render();
    this.renderFiles();
    this.log.render();
    this.renderProblems();
  }

  renderBadge(facts, state) {
    const asked = { pause: "pausing …", cancel: "cancelling …" }[facts.request];
    const word = !state ? (this.store.unanswered > 1 ? "not connected" : "connecting …") : !facts.final && asked ? asked : facts.status;
    setText(this.sign, STATE_SIGNS[facts.status] ?? "◌");
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
  }

  timeText(facts, state) {
    const parts = [];
    if (facts.started) parts.push(`${elapsed((facts.ended ?? this.store.now()) - facts.started)} ${facts.final ? "in all" : "elapsed"}`);
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
    const silence = this.silence();
    setText(this.health, silence || (facts.health ?? ""));
    setAttribute(this.health, "data-stalled", silence || /^(stalled|waiting)/.test(facts.health ?? "") ? "" : null);
    setShown(this.health, Boolean(silence || facts.health));
  }

  silence() {
    const { run } = this.store.identity;
    if (this.store.heard === null && this.store.unanswered > 1) {
      return `No kernel answers for this panel. Run its cell again, or attach("${run}", project) to see the state of the run.`;
    }
    const seconds = this.store.silentSeconds();
    if (seconds < SILENT_SECONDS) return "";
    return `No news from the kernel for ${Math.floor(seconds)} s: it is held up, or gone. attach("${run}", project) in another kernel shows the state of the run.`;
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

  renderFiles() {
    const files = Object.values(this.store.sections.artifacts);
    setShown(this.files, files.length > 0);
    if (files.length === this.artifacts.children.length) return;
    this.artifacts.replaceChildren(...files.map(([title, path]) =>
      element("li", "", {}, element("span", "", { textContent: title }), element("code", "", { textContent: path, title: path }))));
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
