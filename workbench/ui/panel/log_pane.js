// The log: only the rows on the screen are in the page, whatever the length of the log.

const ROW = 19;
const PAGE = 200;
const LEAST_ROWS = 3;
const TALLEST = 12_000_000; // browsers lose precision, then rows, in taller elements

class LogPane {
  constructor(store) {
    this.store = store;
    this.filter = ALL_LINES;
    this.log = store.log(this.filter);
    this.following = true;
    this.pool = [];
    this.rowsHigh = 13;
    this.atEnd = Infinity;
    this.resizedAt = -1e9;
    this.build();
    store.watchAs(this, this.filter);
  }

  build() {
    this.level = element("select", "wb-level", { "aria-label": "Least level of the lines shown", title: "Least level of the lines shown" });
    for (const [word, title] of [["debug", "All levels"], ["info", "Info and above"], ["warning", "Warnings, errors"], ["error", "Errors"]]) {
      this.level.append(element("option", "", { value: word, textContent: title }));
    }
    this.text = element("input", "wb-filter", { type: "search", placeholder: "Filter by text", maxLength: 200, "aria-label": "Show only lines that contain this text" });
    this.lines = element("span", "wb-lines", { role: "status", "aria-label": "Number of lines" });
    this.follow = element("button", "wb-tool", { type: "button", textContent: "Follow", "aria-pressed": "true", title: "Keep the newest line in sight" });
    this.wrap = element("button", "wb-tool", { type: "button", textContent: "Wrap", "aria-pressed": "false", title: "Break long lines instead of scrolling sideways" });
    this.copy = element("button", "wb-tool", { type: "button", textContent: "Copy", title: "Copy the selected lines, or all that pass the filter" });
    this.download = element("button", "wb-tool", { type: "button", textContent: "Download", title: "Save all lines that pass the filter as a text file" });
    this.rows = element("div", "wb-rows");
    this.space = element("div", "wb-space", {}, this.rows);
    this.empty = element("div", "wb-empty");
    this.pane = element("div", "wb-pane", { tabIndex: 0, role: "log", "aria-live": "off", "aria-label": "Log" }, this.space, this.empty);
    const bar = element("div", "wb-logbar", {},
      element("span", "wb-heading", { textContent: "Log" }), this.lines,
      element("span", "wb-fill-space"), this.level, this.text,
      element("span", "wb-tools", {}, this.follow, this.wrap, this.copy, this.download));
    this.root = element("div", "wb-log", {}, bar, this.pane);
    this.listen();
  }

  listen() {
    this.level.addEventListener("change", () => this.applyFilter());
    this.text.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.applyFilter(), 200);
    });
    this.follow.addEventListener("click", () => this.setFollowing(!this.following));
    this.wrap.addEventListener("click", () => this.setWrapped(!this.isWrapped()));
    this.copy.addEventListener("click", () => this.copyText());
    this.download.addEventListener("click", () => this.downloadText());
    this.pane.addEventListener("scroll", () => this.scrolled());
    // Only a person's own move turns following off; a pane that grows or is resized scrolls too.
    for (const kind of ["wheel", "pointerdown", "keydown", "touchmove"]) {
      this.pane.addEventListener(kind, () => { this.movedAt = performance.now(); }, { passive: true });
    }
    this.observer = new ResizeObserver(() => {
      // While a person drags the corner, the height is theirs.
      if (this.fitted && this.pane.style.height !== this.fitted) {
        this.resizedAt = performance.now();
        clearTimeout(this.resizing);
        this.resizing = setTimeout(() => this.render(), 250);
      }
      this.render();
    });
    this.observer.observe(this.pane);
  }

  close() {
    this.observer.disconnect();
    for (const timer of [this.typing, this.missing, this.resizing]) clearTimeout(timer);
    this.store.watching.delete(this);
  }

  applyFilter() {
    this.filter = [this.level.value, this.text.value.slice(0, 200)];
    this.log = this.store.watchAs(this, this.filter);
    this.setFollowing(true);
  }

  // Bad input is told by its sentence and places: where in the program it was found is one choice of level away.
  leaveOutTraceback() {
    if (this.quiet || this.store.sections.facts.cause !== "input") return;
    this.quiet = true;
    if (keyOf(this.filter) !== keyOf(ALL_LINES)) return;
    this.level.value = "info";
    this.applyFilter();
  }

  setFollowing(following) {
    this.following = following;
    setAttribute(this.follow, "aria-pressed", following);
    this.render();
  }

  setWrapped(wrapped) {
    this.store.remember("wrap", wrapped);
    this.atEnd = Infinity;
    this.pane.scrollLeft = 0;
    this.store.refresh();
  }

  scrolled() {
    const atEnd = this.pane.scrollTop + this.pane.clientHeight >= this.pane.scrollHeight - ROW / 2;
    const byPerson = performance.now() - (this.movedAt ?? -1e9) < 700;
    if (this.following && !atEnd && byPerson) this.setFollowing(false);
    else if (!this.following && atEnd && byPerson) this.setFollowing(true);
    else this.render();
  }

  render() {
    this.leaveOutTraceback();
    const total = this.log.total;
    const all = this.store.log(ALL_LINES).total;
    const filtered = keyOf(this.filter) !== keyOf(ALL_LINES);
    setText(this.lines, filtered ? `${this.log.known ? count(total) : "…"} of ${count(all)} lines` : `${count(total)} line${total === 1 ? "" : "s"}`);
    setAttribute(this.pane, "data-wrap", this.isWrapped() ? "" : null);
    setAttribute(this.wrap, "aria-pressed", this.isWrapped());
    setShown(this.empty, total === 0);
    if (total === 0) setText(this.empty, this.emptySentence(filtered));
    this.fit();
    const room = Math.floor((this.pane.clientHeight + 1) / ROW);
    if (room) this.renderRows(total, room);
  }

  // The pane is as high as a whole number of rows, with whatever scroll bar it has.
  fit() {
    if (!this.pane.clientHeight || performance.now() - this.resizedAt < 200) return;
    if (this.fitted && this.pane.style.height !== this.fitted) {
      this.rowsHigh = Math.max(LEAST_ROWS, Math.round(this.pane.clientHeight / ROW));
    }
    const around = this.pane.offsetHeight - this.pane.clientHeight;
    const height = `${this.rowsHigh * ROW + around}px`;
    if (this.pane.style.height !== height) this.pane.style.height = height;
    this.fitted = height;
  }

  emptySentence(filtered) {
    if (this.store.heard === null) return "Waiting for the kernel …";
    if (filtered) return this.log.known ? "No line passes the filter." : "Searching …";
    return this.store.sections.facts.final ? "The run has written no lines." : "No lines yet.";
  }

  // One row of scrolling is one line, however many rows it takes when it is wrapped: the rows stay where they are, and
  // what is in them changes, so that none is ever cut. `atEnd` is how many lines fill the last screen.
  renderRows(total, room) {
    const wrapped = this.isWrapped();
    this.rows.style.height = `${room * ROW}px`;
    const atEnd = wrapped ? Math.min(this.atEnd, room) : room;
    const last = Math.max(0, total - atEnd);
    const way = Math.min(last * ROW, TALLEST);
    this.setHeight(way + room * ROW);
    if (this.following) this.pane.scrollTop = way;
    const position = way ? Math.round(Math.min(1, this.pane.scrollTop / way) * last) : 0;
    const isLast = position >= last;
    const first = wrapped && isLast ? Math.max(0, total - room) : position;
    const shown = Math.min(room, total - first);
    while (this.pool.length < shown) this.pool.push(this.makeRow());
    let missing = false;
    this.pool.forEach((row, index) => {
      setShown(row.root, index < shown);
      if (index < shown) missing = !this.fillRow(row, first + index) || missing;
    });
    setAttribute(this.rows, "data-end", null);
    if (wrapped && isLast) this.measureEnd(shown, total, room);
    if (missing) this.fetchSoon(first, shown);
    this.log.prune(first);
  }

  measureEnd(shown, total, room) {
    let [lines, height] = [0, 0];
    for (const row of this.pool.slice(0, shown).reverse()) {
      height += row.root.offsetHeight;
      if (height > room * ROW) break;
      lines += 1;
    }
    setAttribute(this.rows, "data-end", height > room * ROW ? "" : null);
    if (this.atEnd === Math.max(1, lines)) return;
    this.atEnd = Math.max(1, lines);
    const way = Math.min(Math.max(0, total - Math.min(this.atEnd, room)) * ROW, TALLEST);
    this.setHeight(way + room * ROW);
    if (this.following) this.pane.scrollTop = way;
  }

  setHeight(height) {
    if (this.height === height) return;
    this.height = height;
    this.space.style.height = `${height}px`;
  }

  isWrapped() {
    return this.store.remembered("wrap") === true;
  }

  makeRow() {
    const row = {
      time: element("span", "wb-row-time"), sign: element("span", "wb-row-sign"), word: element("span", "wb-row-word"),
      stage: element("span", "wb-row-stage"), message: element("span", "wb-row-message"),
    };
    row.root = element("div", "wb-row", {}, row.time, element("span", "wb-row-level", {}, row.sign, row.word), row.stage, row.message);
    this.rows.append(row.root);
    return row;
  }

  fillRow(row, index) {
    const line = this.log.rows.get(index);
    if (row.line === line && row.index === index && line) return true;
    row.line = line;
    row.index = index;
    setAttribute(row.root, "data-line", line ? line[0] : null);
    if (!line) {
      setAttribute(row.root, "data-level", "debug");
      setText(row.time, "");
      setText(row.sign, "");
      setText(row.word, "");
      setText(row.stage, "");
      setText(row.message, "…");
      return false;
    }
    const [, moment, levelNumber, stage, message] = line;
    const level = LEVELS[levelNumber];
    setAttribute(row.root, "data-level", level.word);
    setText(row.time, clock(moment));
    setText(row.sign, level.sign);
    setText(row.word, level.title);
    setText(row.stage, stage);
    setAttribute(row.stage, "title", stage || null);
    setText(row.message, message);
    return true;
  }

  // While new lines rush by, what is missing on the screen is passed before it could be fetched.
  fetchSoon(first, shown) {
    if (this.missing && this.missingAt === first) return;
    clearTimeout(this.missing);
    this.missingAt = first;
    this.missing = setTimeout(() => {
      this.missing = 0;
      const last = first + shown - 1;
      for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) {
        const start = page * PAGE;
        const missing = [];
        for (let index = start; index < Math.min(start + PAGE, this.log.total); index++) {
          if (!this.log.rows.has(index)) missing.push(index);
        }
        if (missing.length) this.store.fetch(this.log, missing[0], missing.at(-1) - missing[0] + 1);
      }
    }, this.following ? 250 : 60);
  }

  selectedText() {
    const selection = this.root.getRootNode().getSelection?.() ?? document.getSelection();
    if (!selection || selection.isCollapsed || !this.pane.contains(selection.anchorNode)) return "";
    return this.pool.filter((row) => !row.root.hidden && row.line && selection.containsNode(row.root, true))
      .map((row) => textOfRow(row.line)).join("\n");
  }

  async copyText() {
    const selected = this.selectedText();
    await this.working(this.copy, async (progress) => {
      const text = selected ? Promise.resolve(selected) : this.store.fullText(this.filter, progress);
      await putOnClipboard(text);
      return selected ? "Copied selection" : "Copied";
    });
  }

  async downloadText() {
    await this.working(this.download, async (progress) => {
      const text = await this.store.fullText(this.filter, progress);
      const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
      const link = element("a", "", { href: address, download: `${this.store.identity.run}.txt` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
      return "Saved";
    });
  }

  async working(button, work) {
    const title = button.dataset.title ??= button.textContent;
    button.disabled = true;
    try {
      setText(button, await work((share) => setText(button, `${Math.round(share * 100)} %`)));
    } catch (error) {
      setText(button, title);
      this.store.complain(`${title} did not work: ${error.message}`);
    }
    button.disabled = false;
    setTimeout(() => setText(button, title), 1500);
  }
}

async function putOnClipboard(promise) {
  if (navigator.clipboard?.write && window.ClipboardItem) {
    // Given at once with a promise inside: the permission that a click gives does not wait for a long log.
    const blob = promise.then((text) => new Blob([text], { type: "text/plain" }));
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  }
  const area = element("textarea", "", { value: await promise });
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("the browser does not allow it on this page; use Download");
}
