// Shows nothing. After a reload JupyterLab looks two seconds long for the widget of an output; where the page was too
// busy to look again in the last of them, it says "model not found" for good, also when the widget came in time.
const VIEW = "application/vnd.jupyter.widget-view+json";
const LOOKS = [300, 2500, 6000];

async function showAgain(manager) {
  const notebook = manager.context.model;
  const wasChanged = notebook.dirty;
  let shown = false;
  for (const cell of notebook.cells) {
    for (let place = 0; place < (cell.outputs?.length ?? 0); place += 1) {
      const output = cell.outputs.get(place);
      const id = output.data[VIEW]?.model_id;
      if (!id || !manager.has_model(id)) continue;
      const { views } = await manager.get_model(id);
      if (views && Object.keys(views).length > 0) continue;
      cell.outputs.set(place, output.toJSON());
      shown = true;
    }
  }
  // Nothing was changed that could be saved.
  if (shown) notebook.dirty = wasChanged;
}

function initialize({ model }) {
  const manager = model.widget_manager;
  if (!manager?.context?.model?.cells) return undefined; // a console, or a published page
  const timers = [];
  const look = () => {
    for (const delay of LOOKS) timers.push(setTimeout(() => showAgain(manager), delay));
  };
  manager.restored.connect(look);
  if (manager.restoredStatus) look();
  return () => {
    manager.restored.disconnect(look);
    timers.forEach(clearTimeout);
  };
}

export default { initialize };
