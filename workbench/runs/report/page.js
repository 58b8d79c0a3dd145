(async () => {
  const ROW = 19, TALLEST = 12_000_000, REPLAY_SECONDS = 20;
  const WORDS = ["debug  ", "info   ", "warning", "error  "];
  const find = (id) => document.getElementById(id);
  const packed = Uint8Array.from(atob(find("data").textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const report = JSON.parse(await new Response(stream).text());
  const [slider, pane, rows, space] = [find("slider"), find("pane"), find("rows"), find("space")];
  let passing = report.lines, moment = report.span, playing = null;

  // Number of entries, sorted by their first element, that are not later than a moment.
  function until(entries, time) {
    let [low, high] = [0, entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (entries[middle][0] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function clock(seconds) {
    const whole = Math.floor(seconds);
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
    return `${hours ? `${hours}:` : ""}${String(minutes).padStart(2, "0")}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;
  }

  function drawLog() {
    const total = until(passing, moment);
    const height = Math.min(total * ROW, TALLEST);
    space.style.height = `${height}px`;
    const visible = Math.ceil(pane.clientHeight / ROW) + 1;
    const scrollable = Math.max(1, height - pane.clientHeight);
    const first = Math.max(0, Math.floor(height < TALLEST ? pane.scrollTop / ROW : (pane.scrollTop / scrollable) * (total - visible + 2)));
    rows.style.transform = `translateY(${height < TALLEST ? first * ROW : pane.scrollTop}px)`;
    rows.replaceChildren(...passing.slice(first, Math.min(total, first + visible)).map(([time, level, stage, message]) => {
      const row = document.createElement("div");
      row.dataset.level = level;
      row.textContent = `${clock(time)}  ${WORDS[level]}  ${stage ? `[${stage}] ` : ""}${message}`;
      return row;
    }));
    find("count").textContent = `${total.toLocaleString("en-US")} of ${report.lines.length.toLocaleString("en-US")} lines until this moment`;
  }

  function draw() {
    const share = moment / report.span;
    slider.value = Math.round(share * 1000);
    const track = document.querySelector(".track").getBoundingClientRect();
    find("cursor").style.left = `${track.left - find("chart").getBoundingClientRect().left + share * track.width}px`;
    const reached = until(report.progress, moment);
    const percent = reached ? `${Math.floor(report.progress[reached - 1][1] * 100)} %` : "";
    const told = report.moments.slice(0, until(report.moments, moment)).filter(([, kind]) => kind === "state").at(-1);
    const open = report.stages.filter(([begun, ended]) => begun <= moment && (ended === null || ended > moment)).map(([, , path]) => path);
    find("moment").textContent = [clock(moment), percent, told?.[2], open.slice(-3).join(", ")].filter(Boolean).join("  ·  ");
    pane.scrollTop = pane.scrollHeight;
    drawLog();
    pane.scrollTop = pane.scrollHeight;
  }

  function stop() {
    cancelAnimationFrame(playing);
    playing = null;
    find("play").textContent = "▶ Replay";
  }

  function play() {
    const from = moment >= report.span ? 0 : moment;
    const began = performance.now();
    find("play").textContent = "❚❚ Pause";
    const step = (now) => {
      moment = Math.min(report.span, from + ((now - began) / 1000 / REPLAY_SECONDS) * report.span);
      draw();
      if (moment >= report.span) stop();
      else playing = requestAnimationFrame(step);
    };
    playing = requestAnimationFrame(step);
  }

  function applyFilter() {
    const level = Number(find("level").value), text = find("filter").value.toLowerCase();
    passing = report.lines.filter((line) => line[1] >= level && (!text || line[3].toLowerCase().includes(text)));
    draw();
  }

  slider.addEventListener("input", () => { stop(); moment = (slider.value / 1000) * report.span; draw(); });
  find("play").addEventListener("click", () => (playing ? stop() : play()));
  find("level").addEventListener("change", applyFilter);
  find("filter").addEventListener("input", applyFilter);
  pane.addEventListener("scroll", drawLog);
  addEventListener("resize", draw);
  draw();
})();
