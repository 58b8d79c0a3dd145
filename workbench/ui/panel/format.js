// How numbers, times and elements are written; used by all the scripts of the panel, which are one module.

const LEVELS = [
  { word: "debug", sign: "·", title: "debug" },
  { word: "info", sign: " ", title: "info" },
  { word: "warning", sign: "▲", title: "warn" },
  { word: "error", sign: "✖", title: "error" },
];

function element(tag, className, properties = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setAttribute(node, name, value) {
  if (value === null || value === undefined) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

// A list that is scrolled comes to rest at a whole row.
function restAtRows(list, row) {
  let timer;
  list.addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const whole = Math.round(list.scrollTop / row) * row;
      if (Math.abs(whole - list.scrollTop) >= 1) list.scrollTop = whole;
    }, 120);
  }, { passive: true });
}

function setShown(node, shown) {
  if (node.hidden === shown) node.hidden = !shown;
}

function duration(seconds) {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

function elapsed(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(minutes).padStart(hours ? 2 : 1, "0")}:${String(rest).padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}

function remaining(seconds) {
  if (seconds < 5) return "a few seconds left";
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} s left`;
  if (seconds < 3300) return `about ${Math.max(1, Math.round(seconds / 60))} min left`;
  return `about ${(seconds / 3600).toFixed(1)} h left`;
}

function clock(moment) {
  const date = new Date(moment * 1000);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":");
}

function number(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e13)) return value.toExponential(3);
  const shown = size >= 1000 ? value.toLocaleString("en-US", { maximumFractionDigits: 0 }) : value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
  return shown.replaceAll(",", "\u202f");
}

function bytes(value) {
  return value >= 1e9 ? `${(value / 1e9).toFixed(1)} GB` : `${Math.round(value / 1e6)} MB`;
}

function count(value) {
  return value.toLocaleString("en-US").replaceAll(",", "\u202f");
}

function textOfRow([, moment, level, stage, message]) {
  return `${clock(moment)}  ${LEVELS[level].word.padEnd(7)}  ${stage ? `[${stage}] ` : ""}${message}`;
}
