// A place where files are dropped or chosen; each is sent in parts, one file after the other.
let places = 0;

function render({ model, el }) {
  const { ask, close } = asking(model);
  const make = (tag, facts = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), facts);
    made.append(...inside);
    return made;
  };
  const input = make("input", { type: "file", multiple: true, accept: model.get("kinds").join(","), id: `workbench-files-${++places}` });
  const kinds = make("small", { textContent: model.get("kinds").join(" ") });
  const said = make("div");
  said.setAttribute("role", "status");
  const place = make("div", { className: "workbench-drop" }, `${model.get("text")}, or `, input, make("label", { htmlFor: input.id, textContent: "choose them" }), ". ", kinds, said);
  place.setAttribute("data-lm-suppress-shortcuts", "true");

  // One question at a time: what to do with a file whose name is taken.
  const decided = (name, second, line) => new Promise((resolve) => {
    const choose = (text, way) => {
      const button = make("button", { type: "button", textContent: text });
      button.addEventListener("click", () => resolve(way));
      return button;
    };
    line.replaceChildren(`There is another ${name} in the project. `, choose("Replace it", "replace"), choose(`Save as ${second}`, "second"), choose("Leave it as it is", "leave"));
    line.querySelector("button").focus();
  });

  const sent = async (file, line) => {
    const checked = async (message, buffers) => {
      const answer = await ask(message, buffers);
      if (answer.problem) throw new Error(answer.problem);
      return answer;
    };
    let answer = await checked({ kind: "begin", name: file.name, size: file.size });
    const number = answer.number;
    while (!answer.said && !answer.is_taken) {
      const part = await file.slice(answer.done, answer.done + model.get("part_bytes")).arrayBuffer();
      line.textContent = `${file.name}: ${Math.round((100 * answer.done) / file.size)} %`;
      answer = await checked({ kind: "piece", number, offset: answer.done }, [part]);
    }
    if (answer.is_taken) answer = await checked({ kind: "decision", number, way: await decided(file.name, answer.second, line) });
    return answer.said;
  };

  let last = Promise.resolve();
  const take = (files) => {
    if (!files.length) return;
    last = last.then(async () => {
      said.replaceChildren();
      for (const file of files) {
        const line = said.appendChild(make("p"));
        try {
          line.textContent = await sent(file, line);
        } catch (error) {
          line.className = "problem";
          line.textContent = error.message.includes(file.name) ? error.message : `${file.name}: ${error.message}`;
        }
      }
    });
  };
  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  place.addEventListener("dragover", (event) => { event.preventDefault(); event.stopPropagation(); place.classList.add("over"); });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    place.classList.remove("over");
    take([...event.dataTransfer.files]);
  });
  el.append(place);
  return close;
}

export default { render };
