// A list of files, each with a button that saves it.
const sizeText = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

function render({ model, el }) {
  const { ask, close } = asking(model);
  const list = Object.assign(document.createElement("ul"), { className: "workbench-files" });
  list.setAttribute("data-lm-suppress-shortcuts", "true");
  const said = document.createElement("p");
  said.setAttribute("role", "status");

  const row = ([name, size], number) => {
    const line = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name, title: `Download ${name}` });
    const note = Object.assign(document.createElement("span"), { textContent: size === null ? "" : sizeText(size) });
    button.addEventListener("click", async () => {
      button.disabled = true;
      said.textContent = "";
      try {
        const file = name.split("/").pop();
        await saveParts(file, (offset) => ask({ kind: "part", number, offset }), (share) => { button.style.setProperty("--share", share); });
        said.textContent = `${file} was downloaded.`;
      } catch (error) {
        said.textContent = `${name}: ${error.message}`;
      }
      button.style.removeProperty("--share");
      button.disabled = false;
    });
    line.append(button, note);
    return line;
  };
  const draw = () => list.replaceChildren(...model.get("files").map(row));
  model.on("change:files", draw);
  draw();
  el.append(list, said);
  return () => { model.off("change:files", draw); close(); };
}

export default { render };
