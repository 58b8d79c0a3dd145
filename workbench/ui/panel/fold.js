// The panel of a run that has ended is one line, unless somebody is reading it.

const GRACE_MILLISECONDS = 2000; // the end is seen before the panel folds
const READING_MILLISECONDS = 5000;

class Fold {
  constructor(store, log, redraw) {
    this.store = store;
    this.log = log;
    this.folded = store.remembered("folded") ?? false;
    this.sawActive = false;
    this.endSeen = null;
    this.movedAt = -1e9;
    this.duration = element("span", "wb-brief-time");
    this.notes = element("ul", "wb-brief-notes", { "aria-label": "Gravest notes" });
    this.brief = element("div", "wb-brief", {}, this.duration, this.notes);
    this.button = element("button", "wb-button wb-fold", { type: "button" });
    this.button.addEventListener("click", () => {
      this.folded = !this.folded;
      this.chosen = true;
      store.remember("folded", this.folded);
      redraw();
    });
  }

  listen(root) {
    this.root = root;
    for (const kind of ["wheel", "pointerdown", "keydown", "touchmove"]) {
      root.addEventListener(kind, () => { this.movedAt = performance.now(); }, { passive: true });
    }
  }

  isRead() {
    if (!this.log.following || this.root.matches(":focus-within")) return true;
    const selection = this.root.getRootNode().getSelection?.() ?? document.getSelection();
    if (selection && !selection.isCollapsed && this.root.contains(selection.anchorNode)) return true;
    return performance.now() - this.movedAt < READING_MILLISECONDS;
  }

  render() {
    const facts = this.store.sections.facts;
    if (facts.state && !facts.final) {
      this.sawActive = true;
      this.endSeen = null;
    }
    // Who opens the panel of a run that has ended wants to see it.
    if (facts.final && this.sawActive && !this.chosen && !this.folded) {
      this.endSeen ??= performance.now();
      if (performance.now() - this.endSeen > GRACE_MILLISECONDS && !this.isRead()) {
        this.folded = true;
        this.store.remember("folded", true);
      }
    }
    const folded = Boolean(facts.final && this.folded);
    setAttribute(this.root, "data-folded", folded ? "" : null);
    setShown(this.button, Boolean(facts.final));
    setText(this.button, folded ? "Show all" : "Fold");
    setAttribute(this.button, "aria-expanded", !folded);
    setShown(this.brief, folded);
    if (folded) this.renderBrief(facts);
  }

  renderBrief(facts) {
    setText(this.duration, facts.started && facts.ended ? duration(facts.ended - facts.started) : "");
    const notes = facts.notes ?? [];
    const shown = JSON.stringify(notes);
    if (shown === this.shown) return;
    this.shown = shown;
    this.notes.replaceChildren(...notes.map(([level, text]) => {
      const sign = LEVELS.find((known) => known.word === level)?.sign ?? "";
      return element("li", "wb-brief-note", { "data-level": level, title: text },
        element("span", "wb-brief-sign", { textContent: sign, "aria-hidden": "true" }), text);
    }));
  }
}
