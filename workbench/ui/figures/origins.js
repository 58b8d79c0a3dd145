// Asks the kernel where a number comes from, for a click or the Enter key on a cell or a point, and shows its answer.
function render({ model, el }) {
  el.style.display = "none";
  preparePrint();
  const key = model.get("key");
  const known = new WeakSet();
  let asked = 0;

  const dialog = document.createElement("dialog");
  dialog.className = "workbench-origins";
  dialog.setAttribute("aria-labelledby", `${key}-title`);
  dialog.innerHTML =
    `<header><h3 id="${key}-title">Where does this number come from?</h3>` +
    '<button type="button" class="copy">Copy</button><button type="button" class="close">Close</button></header>' +
    '<label class="series" hidden>Series here <select></select></label><div class="chain" aria-live="polite"></div>';
  const chain = dialog.querySelector(".chain");
  const copy = dialog.querySelector(".copy");
  const series = dialog.querySelector(".series");
  const choice = series.querySelector("select");
  let text = "";
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  copy.addEventListener("click", async () => {
    await write(text);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  });
  document.body.appendChild(dialog);

  async function write(content) {
    try {
      await navigator.clipboard.writeText(content);
    } catch {
      // Without https a page may not use the clipboard directly.
      const area = document.createElement("textarea");
      area.value = content;
      dialog.appendChild(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  }

  function ask(mark, first, second, places = []) {
    series.hidden = places.length < 2;
    if (places.length) {
      choice.replaceChildren(...places.map(({ name }, at) => new Option(name, String(at))));
      choice.value = String(places.findIndex((place) => place.first === first));
      choice.onchange = () => send(mark, places[Number(choice.value)].first, places[Number(choice.value)].second);
    }
    send(mark, first, second);
  }

  function send(mark, first, second) {
    asked += 1;
    text = "";
    copy.disabled = true;
    chain.textContent = "Looking it up …";
    if (!dialog.open) dialog.showModal();
    model.send({ kind: "ask", ask: asked, area: Number(mark.split(":")[1]), first, second });
  }

  function answer(message) {
    if (message.kind !== "answer" || message.ask !== asked || !dialog.open) return;
    text = message.text || "";
    copy.disabled = !text;
    if (message.problem) chain.textContent = message.problem;
    else chain.innerHTML = message.html;
  }
  model.on("msg:custom", answer);

  // Cells of tables.
  const cellOf = (target) => {
    const cell = target instanceof Element ? target.closest("td") : null;
    const table = cell && cell.closest("table[data-origins]");
    return table && table.dataset.origins.startsWith(`${key}:`) ? [cell, table] : null;
  };
  const askCell = ([cell, table]) => {
    const first = cell.parentElement.rowIndex - table.tHead.rows.length;
    ask(table.dataset.origins, first, cell.cellIndex);
  };
  // Tables as files.
  const { ask: askPart, close: closeAsking } = asking(model);
  const save = async (button) => {
    const area = Number(button.dataset.table.split(":")[1]);
    const words = button.textContent;
    button.disabled = true;
    try {
      let name = "table.csv";
      const first = await askPart({ kind: "part", area, offset: 0 });
      name = first.name ?? name;
      await saveParts(name, (offset) => (offset ? askPart({ kind: "part", area, offset }) : first));
      button.textContent = "CSV ✓";
      setTimeout(() => { button.textContent = words; }, 2000);
    } catch (error) {
      button.title = error.message;
      button.textContent = `CSV: ${error.message}`;
    }
    button.disabled = false;
  };
  const onClick = (event) => {
    const button = event.target instanceof Element ? event.target.closest(".workbench-csv") : null;
    if (button?.dataset.table.startsWith(`${key}:`)) {
      save(button);
      return;
    }
    const found = cellOf(event.target);
    if (found && !String(window.getSelection())) askCell(found);
  };
  const onKey = (event) => {
    const found = cellOf(event.target);
    if (!found) return;
    const [cell] = found;
    const row = cell.parentElement;
    const steps = {
      ArrowLeft: () => cell.previousElementSibling,
      ArrowRight: () => cell.nextElementSibling,
      ArrowUp: () => row.previousElementSibling && row.previousElementSibling.cells[cell.cellIndex],
      ArrowDown: () => row.nextElementSibling && row.nextElementSibling.cells[cell.cellIndex],
    };
    if (event.key === "Enter" || event.key === " ") askCell(found);
    else if (event.key in steps) {
      const next = steps[event.key]();
      if (next) {
        cell.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      }
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  // Points of figures: plotly tells its own element which point was clicked.
  const markOf = (figure) => String(figure.layout?.meta?.origins || "");
  const follow = (event) => {
    const figure = event.target instanceof Element ? event.target.closest(".js-plotly-plot") : null;
    if (!figure || !figure.on || known.has(figure) || !markOf(figure).startsWith(`${key}:`)) return;
    known.add(figure);
    figure.on("plotly_click", ({ points, event: pointer }) => {
      const mark = markOf(figure);
      if (!points || !mark.startsWith(`${key}:`)) return;
      const places = points.map((point) => placeOf(figure, point)).filter((place) => place !== null);
      if (!places.length) return;
      // A figure that tells of all its lines at once: the one nearest to the pointer first, the others to choose.
      const height = pointer.clientY - figure.getBoundingClientRect().top;
      const away = ({ top }) => (top === undefined ? 0 : Math.abs(top - height));
      const nearest = places.reduce((best, place) => (away(place) < away(best) ? place : best));
      ask(mark, nearest.first, nearest.second, places);
    });
  };
  const placeOf = (figure, point) => {
    const first = point.curveNumber;
    let second = point.pointNumber ?? point.pointIndex ?? point.i;
    if (Array.isArray(second)) second = second[0] * figure.data[first].z[0].length + second[1];
    if (!Number.isInteger(first) || !Number.isInteger(second)) return null;
    return { first, second, name: point.data?.name || `Series ${first + 1}`, top: point.bbox?.y0 };
  };

  document.addEventListener("click", onClick);
  // Before JupyterLab, which takes the Enter and arrow keys for its cells.
  window.addEventListener("keydown", onKey, true);
  document.addEventListener("pointerover", follow, true);
  document.addEventListener("pointerdown", follow, true);
  return () => {
    document.removeEventListener("click", onClick);
    window.removeEventListener("keydown", onKey, true);
    document.removeEventListener("pointerover", follow, true);
    document.removeEventListener("pointerdown", follow, true);
    model.off("msg:custom", answer);
    closeAsking();
    dialog.remove();
  };
}

export default { render };
