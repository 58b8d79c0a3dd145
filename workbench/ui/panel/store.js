// What this page knows of the run: one store per model, shared by all its views, kept by the kernel's messages.

const FARTHEST_CACHED = 6000;
const ANSWER_MILLISECONDS = 4000;
const HERE_MILLISECONDS = 20_000;

class LogCache {
  constructor(filter) {
    this.filter = filter;
    this.total = 0;
    this.rows = new Map();
    this.known = false;
    this.asking = new Set();
  }

  put(first, rows, total) {
    rows.forEach((row, offset) => this.rows.set(first + offset, row));
    this.total = Math.max(this.total, total);
    this.known = true;
  }

  // Keeps what is near the screen and the newest; the rest can be requested again.
  prune(near) {
    if (this.rows.size < 4 * FARTHEST_CACHED) return;
    for (const index of this.rows.keys()) {
      if (Math.abs(index - near) > FARTHEST_CACHED && index < this.total - FARTHEST_CACHED) this.rows.delete(index);
    }
  }
}

class Store {
  constructor(model) {
    this.model = model;
    this.identity = model.get("identity") ?? {};
    this.client = Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("-");
    this.sections = { facts: {}, stages: {}, metrics: {}, artifacts: {}, settings: {}, problems: {} };
    this.logs = new Map();
    this.watching = new Map();
    this.views = new Set();
    this.waiting = new Map();
    this.lastId = 0;
    this.lastMessage = null;
    this.clockAhead = 0;
    this.heard = null;
    this.unanswered = 0;
    this.refused = [];
    this.chosen = {};
    this.stillAt = null;
    this.link = new Link(this);
    this.log(ALL_LINES);
    this.onMessage = (message, buffers) => this.receive(message, buffers);
    model.on("msg:custom", this.onMessage);
    this.greet();
    this.living = setInterval(() => this.tell({ kind: "here" }), HERE_MILLISECONDS);
  }

  close() {
    clearInterval(this.living);
    this.model.off("msg:custom", this.onMessage);
    clearTimeout(this.greeting);
    this.tell({ kind: "bye" });
    this.link.close();
  }

  // What a person has chosen for this panel, until the tab of the browser is closed.

  remembered(name) {
    if (name in this.chosen) return this.chosen[name];
    try {
      return (this.chosen[name] = JSON.parse(sessionStorage.getItem(this.key(name))));
    } catch {
      return null;
    }
  }

  remember(name, value) {
    this.chosen[name] = value;
    try {
      sessionStorage.setItem(this.key(name), JSON.stringify(value));
    } catch {
      // A page may not be allowed to keep anything: then it is forgotten with the page.
    }
  }

  key(name) {
    return `workbench panel ${this.identity.run} ${name}`;
  }

  // to the kernel

  tell(message) {
    try {
      this.model.send({ ...message, client: this.client, id: ++this.lastId });
    } catch (error) {
      console.warn("The panel cannot reach the kernel:", error);
    }
    return this.lastId;
  }

  ask(message) {
    return new Promise((resolve, reject) => {
      const id = this.tell(message);
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error("The kernel has not answered: it is busy with a cell, or it is gone."));
      }, message.patience ?? ANSWER_MILLISECONDS);
      this.waiting.set(id, { resolve, timer });
    });
  }

  greet() {
    clearTimeout(this.greeting);
    this.ask({ kind: "hello" }).then(
      () => { this.unanswered = 0; this.watch(); },
      () => { this.unanswered += 1; this.greeting = setTimeout(() => this.greet(), 3000); this.refresh(); },
    );
  }

  watch() {
    const filters = [...new Map([...this.watching.values()].map((filter) => [keyOf(filter), filter])).values()];
    if (filters.length) this.ask({ kind: "watch", filters: filters.slice(0, 4) }).catch(() => this.greet());
  }

  // Every view shows the log through a filter of its own.
  watchAs(view, filter) {
    this.watching.set(view, filter);
    this.watch();
    return this.log(filter);
  }

  log(filter) {
    const key = keyOf(filter);
    if (!this.logs.has(key)) this.logs.set(key, new LogCache(filter));
    const found = this.logs.get(key);
    this.logs.delete(key);
    this.logs.set(key, found);
    if (this.logs.size > 12) this.logs.delete(this.logs.keys().next().value);
    return found;
  }

  fetch(log, first, wanted) {
    const page = `${first}+${wanted}`;
    if (log.asking.has(page)) return;
    log.asking.add(page);
    this.ask({ kind: "lines", filter: log.filter, first, count: wanted })
      .then((answer) => { log.put(answer.first, answer.rows, answer.total); this.refresh(); })
      .catch(() => {})
      .finally(() => log.asking.delete(page));
  }

  async fullText(filter, progress) {
    const parts = [];
    for (let first = 0; ;) {
      const answer = await this.ask({ kind: "text", filter, first, count: 5000, patience: 15000 });
      if (!answer.read) break;
      parts.push(await inflate(answer.buffers[0]));
      first += answer.read;
      progress(Math.min(1, first / Math.max(1, answer.total)));
      if (first >= answer.total) break;
    }
    return parts.join("");
  }

  async request(message) {
    let refusal = "";
    try {
      refusal = (await this.ask({ ...message, patience: 10000 })).error ?? "";
    } catch (error) {
      refusal = error.message;
    }
    if (refusal) this.complain(refusal);
    return refusal;
  }

  complain(sentence) {
    this.refused.push(sentence);
    if (this.refused.length > 20) this.refused.shift();
    this.refresh();
  }

  // from the kernel

  receive(message, buffers) {
    this.heard = performance.now();
    this.link.heard();
    if (message.kind === "answer") this.receiveAnswer(message, buffers);
    else if (message.kind === "update") this.receiveUpdate(message);
  }

  receiveAnswer(message, buffers) {
    const waiter = message.client === this.client && this.waiting.get(message.id);
    if (!waiter) return;
    this.waiting.delete(message.id);
    clearTimeout(waiter.timer);
    waiter.resolve({ ...message, buffers });
  }

  receiveUpdate(message) {
    const gap = this.lastMessage !== null && message.n > this.lastMessage + 1;
    this.lastMessage = message.n;
    this.clockAhead = message.now - Date.now() / 1000;
    for (const [section, entries] of Object.entries(message.sections)) {
      Object.assign((this.sections[section] ??= {}), entries);
    }
    for (const [key, [total, first, rows]] of Object.entries(message.logs)) {
      if (this.logs.has(key)) this.logs.get(key).put(first, rows, total);
    }
    if (gap) this.greet();
    else if (message.confirm) this.tell({ kind: "confirm" });
    this.refresh();
  }

  // The kernel says that it is there while the run is active: a silence means something.
  silentSeconds() {
    return this.heard === null || this.sections.facts.final ? 0 : (performance.now() - this.heard) / 1000;
  }

  // Of a run of which nothing is heard, nobody knows how it goes on.
  get isLost() {
    return Boolean(this.link.state || this.sections.facts.owner);
  }

  now() {
    const moment = Date.now() / 1000 + this.clockAhead;
    if (!this.isLost) {
      this.stillAt = null;
      return moment;
    }
    return (this.stillAt ??= moment - (this.link.state ? this.silentSeconds() : 0));
  }

  refresh() {
    for (const view of this.views) view();
  }
}

const ALL_LINES = ["debug", ""];

function keyOf(filter) {
  return filter.join("|");
}

async function inflate(buffer) {
  const stream = new Blob([buffer]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}
