// Writes what was chosen into the address of a published page; shows nothing. A notebook's address is not its own.
function render({ model }) {
  const write = () => {
    if (!document.body.dataset.voila) return;
    const theme = new URLSearchParams(location.search).get("theme");
    const parts = [theme && `theme=${encodeURIComponent(theme)}`, model.get("query")].filter(Boolean);
    const query = parts.length ? `?${parts.join("&")}` : "";
    if (query !== location.search) history.replaceState(history.state, "", `${location.pathname}${query}${location.hash}`);
  };
  model.on("change:query", write);
  write();
  return () => model.off("change:query", write);
}

export default { render };
