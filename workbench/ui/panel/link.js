// Whether the kernel of this panel is heard, and what can be done where it is not.

const SILENT_SECONDS = 1.6; // while a run is active, the kernel says every half second that it is there
const GONE = { restarted: "The kernel was restarted", dead: "The kernel has died", ended: "The kernel was shut down" };

class Link {
  constructor(store) {
    this.store = store;
    this.manager = store.model.widget_manager;
    this.gone = "";
    this.opened = this.asked = performance.now();
    this.onStatus = (_, status) => this.take(status);
    this.kernel = this.currentKernel();
    this.kernel?.statusChanged?.connect(this.onStatus);
  }

  close() {
    this.kernel?.statusChanged?.disconnect(this.onStatus);
  }

  // Not every page that shows widgets tells of its kernel: undefined there, null where there is none any more.
  currentKernel() {
    return this.manager?.kernel;
  }

  take(status) {
    const before = this.gone;
    if (status === "restarting" || status === "autorestarting") this.gone = "restarted";
    else if (status === "dead" && !this.gone) this.gone = "dead";
    if (before !== this.gone) this.store.refresh();
  }

  // A message proves that the kernel is there.
  heard() {
    this.gone = "";
  }

  look(host) {
    const kernel = this.currentKernel();
    if (!this.kernel) {
      this.kernel = kernel;
      this.kernel?.statusChanged?.connect(this.onStatus);
    }
    if (!this.gone) this.askForNews();
    if (this.gone || !this.kernel) return;
    if (kernel === null || this.kernel.isDisposed) this.gone = "ended";
    else if (kernel && kernel.id !== this.kernel.id) this.gone = "restarted";
    else if (this.store.heard !== null && host.closest(".jupyter-widgets-disconnected")) this.gone = "restarted";
    else this.take(this.kernel.status);
  }

  // A page that was frozen has not said for a while that it is there, and is told little.
  askForNews() {
    if (this.store.silentSeconds() < SILENT_SECONDS || performance.now() - this.asked < 5000) return;
    this.asked = performance.now();
    this.store.tell({ kind: "here" });
  }

  // "" while the kernel is heard.
  get state() {
    if (this.gone) return this.gone;
    const way = this.kernel?.connectionStatus;
    if (this.store.heard === null) {
      return performance.now() - this.opened > 1000 * SILENT_SECONDS ? "unanswered" : "";
    }
    if (way === "connecting" || way === "disconnected") return "offline";
    return this.store.silentSeconds() >= SILENT_SECONDS ? "silent" : "";
  }

  get sentence() {
    const { run, readonly } = this.store.identity;
    const { final, here } = this.store.sections.facts;
    const state = this.state;
    const attach = `attach("${run}", project)`;
    if (!state) return "";
    if (readonly) return state === "silent" ? `No news for ${this.silence()}.` : "The connection is lost. Load the page again.";
    if (state === "unanswered") {
      return `No kernel answers for this panel. Run its cell again, or ${attach} to see the state of the run.`;
    }
    if (state === "offline") return "The connection to the server is lost and is being tried again. That does not end the run.";
    if (state === "silent") {
      return `No news from the kernel for ${this.silence()}: it is held up, or gone. ${attach} in another kernel shows the state of the run.`;
    }
    if (final) return `${GONE[state]}. The run had ended before; ${attach} shows it again.`;
    if (!here) return `${GONE[state]}. The run works in another process: ${attach} shows it again.`;
    return `${GONE[state]}, and the run ended with it. What it had finished is kept: resume("${run}", project) does the rest; runs(project) lists all runs.`;
  }

  get word() {
    const state = this.state;
    if (!(state in GONE)) return state === "unanswered" ? "not connected" : state ? "no news" : "";
    return this.store.sections.facts.here ? "ended with its kernel" : "not connected";
  }

  silence() {
    return `${Math.floor(this.store.silentSeconds())} s`;
  }
}
