// Saves a file that the kernel gives in parts: `ask(offset)` gives { problem, total, state, buffers } of one part.
async function saveParts(name, ask, progress = () => {}) {
  const parts = [];
  let done = 0;
  let state;
  let total;
  do {
    const part = await ask(done);
    if (part.problem) throw new Error(part.problem);
    state ??= part.state;
    total ??= part.total;
    const bytes = part.buffers[0];
    if (part.state !== state || (bytes.byteLength === 0 && done < total)) throw new Error("The file was changed meanwhile: try again.");
    // The browser keeps large blobs on disk.
    parts.push(new Blob([bytes]));
    done += bytes.byteLength;
    progress(total ? done / total : 1);
  } while (done < total);
  const address = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// Questions to the kernel over a widget's own connection, each with its answer; one that is lost is asked again.
function asking(model, seconds = 20) {
  const waiting = new Map();
  let last = 0;
  const onMessage = (message, buffers) => {
    const resolve = waiting.get(message.id);
    if (resolve) {
      waiting.delete(message.id);
      resolve({ ...message, buffers });
    }
  };
  model.on("msg:custom", onMessage);
  const once = (message, sent) => new Promise((resolve, reject) => {
    const id = Math.floor(Math.random() * 1e9) * 1000 + (++last % 1000);
    waiting.set(id, resolve);
    setTimeout(() => waiting.delete(id) && reject(new Error("The kernel does not answer: it is busy, or it is gone.")), seconds * 1000);
    model.send({ ...message, id }, undefined, sent);
  });
  return {
    ask: (message, sent) => once(message, sent).catch(() => once(message, sent)),
    close: () => model.off("msg:custom", onMessage),
  };
}
