// What a board's page does itself: it tells the server that it is open, takes the placeholder away when the widgets
// have come, says when server or kernel are gone, and comes back when it can: with the choices in its address.
(() => {
  const config = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const session = `${config.baseUrl}session/${config.kernelId}`;
  const channels = `/api/kernels/${config.kernelId}/channels`;
  // Together less than five seconds: what is gone is said by then.
  const STEP = 2000;
  const PATIENCE = 2400;
  const MAX_RETURNS = 3; // in a minute; a board that loses its kernel again and again stays as it is
  let over = false;
  let wasFinished = false;
  let isLost = false; // The connection to the kernel was open and is not any more: what it has sent since is missing.
  let isLeaving = false;
  let isAsking = false;

  const xsrf = () => /\b_xsrf=([^;]*)/.exec(document.cookie)?.[1] ?? "";

  function show(sentence, button) {
    const place = document.getElementById("wb-status");
    if (!place) return;
    if (place.firstChild?.textContent !== sentence) place.replaceChildren(sentence, ...(button ? [button] : []));
    place.hidden = !sentence;
    document.body.classList.toggle("wb-lost", Boolean(sentence));
  }

  // The end: only a person can do something.
  function say(sentence) {
    if (over) return;
    over = true;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Load again";
    again.addEventListener("click", () => location.reload());
    show(sentence, again);
    clearPlaceholders([...document.querySelectorAll(".wb-waiting")]);
  }

  const returns = {
    key: `wb-returns ${location.pathname}`,
    read() { try { return JSON.parse(sessionStorage.getItem(this.key)) ?? []; } catch { return []; } },
    add() { sessionStorage.setItem(this.key, JSON.stringify([...this.read(), Date.now()].filter((at) => Date.now() - at < 60000))); },
  };

  // The same address shows the same view; where a person was on the page is remembered beside it.
  function comeBack(sentence) {
    if (over) return;
    if (returns.read().filter((at) => Date.now() - at < 60000).length >= MAX_RETURNS) { say(sentence); return; }
    show(`${sentence} It is loaded again by itself.`);
    if (document.hidden) return; // When it is looked at again.
    over = true;
    returns.add();
    sessionStorage.setItem("wb-place", JSON.stringify({ path: location.pathname, top: window.scrollY }));
    setTimeout(() => location.reload(), 800);
  }

  function returnToPlace() {
    let kept;
    try { kept = JSON.parse(sessionStorage.getItem("wb-place")); } catch { return; }
    sessionStorage.removeItem("wb-place");
    if (!kept || kept.path !== location.pathname || !kept.top) return;
    const until = Date.now() + 10000;
    const scroll = () => {
      if (window.scrollY) return; // A person has scrolled meanwhile.
      if (document.documentElement.scrollHeight >= kept.top + window.innerHeight) window.scrollTo(0, kept.top);
      else if (Date.now() < until) setTimeout(scroll, 200);
    };
    scroll();
  }

  function clearPlaceholders(cells) {
    for (const cell of cells) {
      cell.classList.remove("wb-waiting");
      cell.removeAttribute("aria-busy");
    }
  }

  const ENDED = {
    idle: "Nothing was chosen on this page for a long time.",
    large: "This page needed more memory than one may have.",
    dead: "The program behind this page has ended.",
    gone: "This page was away for too long.",
  };

  async function take(answer) {
    if (answer.status === 410) {
      const { ended } = await answer.json();
      if (ended === "idle" || ended === "large") say(ENDED[ended]);
      else comeBack(ENDED[ended] ?? ENDED.gone);
    } else if (answer.status === 404) comeBack("The server of this page was started anew.");
    else if (answer.status === 401 || answer.status === 403) say("You are no longer signed in.");
    else if (!answer.ok) unreachable();
    else if (isLost) comeBack("The connection was lost for a while.");
    else {
      show("");
      const { failure, finished } = await answer.json();
      if (failure) say(failure);
      // Some time after the last cell has run, what shows nothing by now has nothing to show.
      else if (wasFinished) clearPlaceholders([...document.querySelectorAll(".wb-waiting")]);
      wasFinished = finished;
    }
  }

  function unreachable() {
    show("There is no connection to the server: what is shown may be out of date. This page tries again by itself.");
  }

  async function beat() {
    if (over || isAsking || isLeaving) return;
    isAsking = true;
    try {
      const headers = { "X-XSRFToken": xsrf() };
      await take(await fetch(session, { method: "POST", headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }));
    } catch {
      if (!isLeaving && !over) unreachable();
    } finally {
      isAsking = false;
    }
  }
  setInterval(beat, STEP);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) beat(); });
  for (const name of ["online", "offline", "pageshow"]) window.addEventListener(name, beat);
  document.addEventListener("resume", beat);
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // The front end connects again by itself; what the kernel has sent meanwhile would be missing.
  const Connection = window.WebSocket;
  window.WebSocket = class extends Connection {
    constructor(address, ...rest) {
      super(address, ...rest);
      if (!String(address).includes(channels)) return;
      let wasOpen = false;
      this.addEventListener("open", () => { wasOpen = true; });
      this.addEventListener("close", () => {
        if (!wasOpen || isLeaving) return;
        isLost = true;
        beat();
      });
    }
  };
  // Voilà's own notice is given when its front end has loaded: a page that is left before needs this one.
  window.addEventListener("pagehide", () => {
    isLeaving = true;
    const form = new FormData();
    form.append("_xsrf", xsrf());
    navigator.sendBeacon(`${config.baseUrl}voila/api/shutdown/${config.kernelId}`, form);
  });

  // Voilà's front end calls these.
  window.voila_heartbeat = window.voila_process = window.update_loading_text = () => {};
  window.voila_finish = window.display_cells = () => {};

  document.addEventListener("DOMContentLoaded", () => {
    const watcher = new MutationObserver(() => {
      // Cells come in their order: what comes before one that is shown has nothing to show any more.
      const waiting = [...document.querySelectorAll(".wb-waiting")];
      const isShown = (cell) => cell.querySelector(".jp-OutputArea-output > *, .jp-OutputArea-output svg");
      clearPlaceholders(waiting.slice(0, waiting.findLastIndex(isShown) + 1));
      if (!document.querySelector(".wb-waiting")) {
        watcher.disconnect();
        performance.mark("wb-shown");
        returnToPlace();
      }
    });
    watcher.observe(document.body, { childList: true, subtree: true });
  });
})();
