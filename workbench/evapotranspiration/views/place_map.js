// A map of the world without any tiles: land and cities come from the kernel for the box that is in sight.

const WIDEST = 360, NARROWEST = 0.6, WAIT = 120;

function boxOf(view, width, height) {
  const span = view.span, middle = view.latitude;
  const squeeze = span > 120 ? 1 : Math.cos((middle * Math.PI) / 180);
  const tall = (span * height * squeeze) / width;
  return { west: view.longitude - span / 2, east: view.longitude + span / 2, south: middle - tall / 2, north: middle + tall / 2 };
}

function degrees(value, plus, minus, digits) {
  return Math.abs(value).toFixed(digits) + "°" + (value < 0 ? minus : value > 0 ? plus : "");
}

function stepOf(span) {
  for (const step of [60, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1]) if (span / step >= 4) return step;
  return 0.1;
}

function bitmapOf(land) {
  const { bits, rows, columns } = land;
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  return { canvas, paint(colour) {
    const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
    const bytes = new Uint8Array(bits.buffer || bits, bits.byteOffset || 0, bits.byteLength);
    for (let at = 0; at < rows * columns; at++) {
      if ((bytes[at >> 3] >> (7 - (at & 7))) & 1) image.data.set(colour, at * 4);
    }
    context.putImageData(image, 0, 0);
  } };
}

function rgba(text) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = text;
  probe.fillRect(0, 0, 1, 1);
  return probe.getImageData(0, 0, 1, 1).data;
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "wb-map";
  root.innerHTML = '<canvas tabindex="0" role="application" aria-label="World map: arrow keys move, plus and minus zoom, Enter takes the middle"></canvas>'
    + '<div class="wb-map-buttons"><button type="button" title="Nearer">+</button><button type="button" title="Further">−</button><button type="button" title="Whole world">◯</button></div>'
    + '<div class="wb-map-where" aria-live="polite"></div>';
  el.appendChild(root);
  const canvas = root.querySelector("canvas"), where = root.querySelector(".wb-map-where");
  const context = canvas.getContext("2d");
  let view = { longitude: 0, latitude: 15, span: 360 }, land = null, timer = 0, drag = null, asked = 0;

  const size = () => [canvas.clientWidth || 600, canvas.clientHeight || 300];
  const box = () => boxOf(view, ...size());

  function clamp() {
    view.span = Math.min(WIDEST, Math.max(NARROWEST, view.span));
    view.latitude = Math.min(85, Math.max(-85, view.latitude));
    view.longitude = ((((view.longitude + 180) % 360) + 360) % 360) - 180;
  }

  function ask() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { west, south, east, north } = box();
      asked += 1;
      model.set("view", [west, south, east, north]);
      model.save_changes();
    }, WAIT);
  }

  function colours() {
    const style = getComputedStyle(root);
    const get = (name) => style.getPropertyValue(name).trim();
    return { sea: get("--wb-sea"), land: get("--wb-land"), line: get("--wb-grid"), ink: get("--wb-ink"), dim: get("--wb-dim"), mark: get("--wb-mark"), halo: get("--wb-halo") };
  }

  function draw() {
    const [width, height] = size(), ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const paint = colours(), b = box();
    const x = (longitude) => ((longitude - b.west) / (b.east - b.west)) * width;
    const y = (latitude) => ((b.north - latitude) / (b.north - b.south)) * height;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = paint.sea;
    context.fillRect(0, 0, width, height);
    if (land) {
      land.paint(rgba(paint.land));
      const [west, south, east, north] = land.box;
      context.imageSmoothingEnabled = true;
      for (const turn of [-360, 0, 360]) {
        context.drawImage(land.canvas, x(west + turn), y(north), x(east + turn) - x(west + turn), y(south) - y(north));
      }
    }
    grid(paint, b, x, y, width, height);
    cities(paint, b, x, y, width, height);
    marks(paint, b, x, y);
  }

  function grid(paint, b, x, y, width, height) {
    const step = stepOf(b.east - b.west), digits = step < 1 ? 1 : 0;
    context.strokeStyle = paint.line;
    context.fillStyle = paint.dim;
    context.lineWidth = 1;
    context.font = "10px sans-serif";
    context.textBaseline = "bottom";
    for (let at = Math.ceil(b.west / step) * step; at <= b.east; at += step) {
      const shown = ((((at + 180) % 360) + 360) % 360) - 180;
      context.beginPath();
      context.moveTo(x(at), 0);
      context.lineTo(x(at), height);
      context.stroke();
      if (x(at) > 30 && x(at) < width - 40) context.fillText(degrees(shown, "E", "W", digits), x(at) + 2, height - 2);
    }
    for (let at = Math.max(-90, Math.ceil(b.south / step) * step); at <= Math.min(90, b.north); at += step) {
      context.beginPath();
      context.moveTo(0, y(at));
      context.lineTo(width, y(at));
      context.stroke();
      if (y(at) > 24 && y(at) < height - 14) context.fillText(degrees(at, "N", "S", digits), 3, y(at) - 1);
    }
  }

  function label(text, px, py, taken, paint, bold) {
    context.font = (bold ? "bold " : "") + "11px sans-serif";
    const wide = context.measureText(text).width;
    const area = [px + 5, py - 8, px + 7 + wide, py + 6];
    if (taken.some((other) => area[0] < other[2] && area[2] > other[0] && area[1] < other[3] && area[3] > other[1])) return false;
    taken.push(area);
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeStyle = paint.halo;
    context.strokeText(text, px + 6, py);
    context.fillStyle = paint.ink;
    context.fillText(text, px + 6, py);
    return true;
  }

  function cities(paint, b, x, y, width, height) {
    const taken = [[width - 44, 0, width, 100]];
    const picked = model.get("picked");
    if (picked.length === 2) taken.push([x(picked[1]) - 12, y(picked[0]) - 12, x(picked[1]) + 12, y(picked[0]) + 12]);
    let shown = 0;
    for (const [name, latitude, longitude] of model.get("cities")) {
      const px = x(longitude), py = y(latitude);
      if (px < 4 || px > width - 60 || py < 8 || py > height - 16 || shown >= 40) continue;
      if (!label(name, px, py, taken, paint, false)) continue;
      shown += 1;
      context.beginPath();
      context.arc(px, py, 2, 0, 7);
      context.fillStyle = paint.ink;
      context.fill();
    }
  }

  function marks(paint, b, x, y) {
    for (const [name, latitude, longitude] of model.get("sites")) {
      context.beginPath();
      context.rect(x(longitude) - 4, y(latitude) - 4, 8, 8);
      context.strokeStyle = paint.mark;
      context.lineWidth = 2;
      context.stroke();
    }
    const picked = model.get("picked");
    if (picked.length !== 2) return;
    const px = x(picked[1]), py = y(picked[0]);
    context.strokeStyle = paint.mark;
    context.lineWidth = 2.5;
    context.beginPath();
    context.arc(px, py, 8, 0, 7);
    context.moveTo(px - 13, py); context.lineTo(px - 3, py);
    context.moveTo(px + 3, py); context.lineTo(px + 13, py);
    context.moveTo(px, py - 13); context.lineTo(px, py - 3);
    context.moveTo(px, py + 3); context.lineTo(px, py + 13);
    context.stroke();
  }

  function placeAt(event) {
    const area = canvas.getBoundingClientRect(), b = box();
    const longitude = b.west + ((event.clientX - area.left) / area.width) * (b.east - b.west);
    const latitude = b.north - ((event.clientY - area.top) / area.height) * (b.north - b.south);
    return [latitude, ((((longitude + 180) % 360) + 360) % 360) - 180];
  }

  function zoom(factor, about) {
    const before = about && placeAt(about);
    view.span *= factor;
    clamp();
    if (before) {
      const after = placeAt(about);
      view.latitude += before[0] - after[0];
      view.longitude += before[1] - after[1];
      clamp();
    }
    draw();
    ask();
  }

  function pick(place) {
    if (Math.abs(place[0]) > 90) return;
    model.set("clicked", [Number(place[0].toFixed(4)), Number(place[1].toFixed(4))]);
    model.save_changes();
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drag = { x: event.clientX, y: event.clientY, view: { ...view }, moved: false };
  });
  canvas.addEventListener("pointermove", (event) => {
    const place = placeAt(event);
    if (Math.abs(place[0]) <= 90) where.textContent = degrees(place[0], "N", "S", 2) + " " + degrees(place[1], "E", "W", 2);
    if (!drag) return;
    const [width, height] = size(), b = boxOf(drag.view, width, height);
    const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
    if (Math.hypot(dx, dy) > 4) drag.moved = true;
    if (!drag.moved) return;
    view.longitude = drag.view.longitude - (dx / width) * (b.east - b.west);
    view.latitude = drag.view.latitude + (dy / height) * (b.north - b.south);
    clamp();
    draw();
    ask();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (drag && !drag.moved) pick(placeAt(event));
    drag = null;
  });
  canvas.addEventListener("pointercancel", () => { drag = null; });
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.3 : 1 / 1.3, event); }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[event.key];
    if (move) { view.latitude += move[0] * view.span / 16; view.longitude += move[1] * view.span / 12; clamp(); draw(); ask(); }
    else if (event.key === "+") zoom(0.6);
    else if (event.key === "-") zoom(1 / 0.6);
    else if (event.key === "Enter") pick([view.latitude, view.longitude]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const [nearer, further, world] = root.querySelectorAll("button");
  nearer.onclick = () => zoom(0.5);
  further.onclick = () => zoom(2);
  world.onclick = () => { view = { longitude: 0, latitude: 15, span: 360 }; draw(); ask(); };

  const takeLand = () => {
    const facts = model.get("land_shape"), bits = model.get("land");
    if (facts.rows && bits && bits.byteLength) {
      const made = bitmapOf({ bits, rows: facts.rows, columns: facts.columns });
      land = { ...made, box: facts.box };
    }
    draw();
  };
  const follow = () => {
    const picked = model.get("picked");
    if (picked.length === 2) {
      const b = box();
      if (picked[0] < b.south || picked[0] > b.north || picked[1] < b.west || picked[1] > b.east || view.span > 60) {
        view = { latitude: picked[0], longitude: picked[1], span: Math.min(view.span, 30) };
        clamp();
        ask();
      }
    }
    draw();
  };
  model.on("change:land_shape", takeLand);
  model.on("change:cities change:sites", draw);
  model.on("change:picked", follow);
  const resized = new ResizeObserver(() => { draw(); ask(); });
  resized.observe(canvas);
  const theme = new MutationObserver(draw);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  takeLand();
  follow();
  return () => { resized.disconnect(); theme.disconnect(); clearTimeout(timer); };
}

export default { render };
