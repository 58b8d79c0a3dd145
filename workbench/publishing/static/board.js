// What a board's page does itself: it tells the server that it is open, takes the placeholder away when the widgets
// have come, and says so when its kernel is gone.
(() => {
  const config = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const session = `${config.baseUrl}session/${config.kernelId}`;
  const STEP = 4000;
  let over = false;
  let wasFinished = false;

  const xsrf = () => /\b_xsrf=([^;]*)/.exec(document.cookie)?.[1] ?? "";

  function say(sentence) {
    const place = document.getElementById("wb-status");
    if (!place || over) return;
    over = true;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Load again";
    again.addEventListener("click", () => location.reload());
    place.replaceChildren(sentence, again);
    place.hidden = false;
    clearPlaceholders([...document.querySelectorAll(".wb-waiting")]);
  }

  function clearPlaceholders(cells) {
    for (const cell of cells) {
      cell.classList.remove("wb-waiting");
      cell.removeAttribute("aria-busy");
    }
  }

  async function beat() {
    if (over) return;
    try {
      const answer = await fetch(session, { method: "POST", headers: { "X-XSRFToken": xsrf() }, keepalive: true });
      if (answer.status === 404) say("This page was away for too long and is no longer connected.");
      else if (answer.status === 403) say("You are no longer signed in.");
      else if (answer.ok) {
        const { failure, finished } = await answer.json();
        if (failure) say(failure);
        // Some time after the last cell has run, what shows nothing by now has nothing to show.
        else if (wasFinished) clearPlaceholders([...document.querySelectorAll(".wb-waiting")]);
        wasFinished = finished;
      }
    } catch {
      // The network may come back; what is shown stays readable.
    }
  }
  setInterval(beat, STEP);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) beat(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  // Voilà's own notice is given when its front end has loaded: a page that is left before needs this one.
  window.addEventListener("pagehide", () => {
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
      }
    });
    watcher.observe(document.body, { childList: true, subtree: true });
  });
})();
