// What a user can request of a run: the buttons, and the settings that may change while it is active.

const BLIND_MILLISECONDS = 450; // the second half of a double click must not answer what the first half asked

class Buttons {
  constructor(store) {
    this.store = store;
    this.pause = this.button("Pause", "Hold at the next checkpoint", () => this.send("pause"));
    this.resume = this.button("Resume", "Continue", () => this.send("resume"));
    this.cancel = this.button("Cancel …", "End the run", () => this.askToConfirm());
    this.yes = this.button("Cancel the run", "Finished units are kept", () => this.confirm(), "wb-danger");
    this.no = this.button("Keep running", "", () => this.dismiss());
    this.question = element("span", "wb-question", { role: "group", "aria-label": "Cancel the run?" }, this.yes, this.no);
    this.root = element("div", "wb-buttons", {}, this.pause, this.resume, this.cancel, this.question);
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.confirming) {
        event.stopPropagation();
        this.dismiss();
        this.cancel.focus();
      }
    });
    this.confirming = false;
    this.sent = null;
  }

  button(title, help, action, kind = "") {
    const made = element("button", `wb-button ${kind}`, { type: "button", textContent: title, title: help });
    made.addEventListener("click", action);
    return made;
  }

  render() {
    const { state, final, request } = this.store.sections.facts;
    const cancelling = request === "cancel" || this.sent === "cancel";
    if (final || cancelling) this.confirming = false;
    setShown(this.root, Boolean(state) && !final && !this.store.link.gone);
    const pausing = request === "pause" || this.sent === "pause";
    setShown(this.pause, !this.confirming && state !== "paused" && !cancelling && !pausing);
    setShown(this.resume, !this.confirming && (state === "paused" || pausing) && !cancelling);
    setShown(this.cancel, !this.confirming);
    setShown(this.question, this.confirming);
    this.cancel.disabled = cancelling;
    setText(this.cancel, cancelling ? "Cancelling …" : "Cancel …");
    this.resume.disabled = this.sent === "resume";
  }

  askToConfirm() {
    this.confirming = true;
    this.askedAt = performance.now();
    this.render();
    this.yes.focus();
  }

  dismiss() {
    if (this.isBlind()) return;
    this.confirming = false;
    this.render();
  }

  isBlind() {
    return performance.now() - this.askedAt < BLIND_MILLISECONDS;
  }

  confirm() {
    if (this.isBlind()) return;
    this.confirming = false;
    this.send("cancel");
  }

  async send(action) {
    if (this.sent) return;
    this.sent = action;
    this.render();
    const refusal = await this.store.request({ kind: "control", action });
    // A cancel that was taken stays sent: the state follows.
    if (refusal || action !== "cancel") this.sent = null;
    this.render();
  }
}

class Settings {
  constructor(store) {
    this.store = store;
    this.fields = new Map();
    this.grid = element("div", "wb-fields");
    this.apply = element("button", "wb-button", { type: "submit", textContent: "Apply", disabled: true });
    this.note = element("span", "wb-note", { role: "status" });
    this.form = element("form", "", { noValidate: true }, this.grid, element("div", "wb-apply", {}, this.apply, this.note));
    this.root = element("details", "wb-section wb-settings", {},
      element("summary", "wb-heading", { textContent: "Adjust while it runs" }), this.form);
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.form.addEventListener("input", () => this.compare());
    // JupyterLab's shortcuts must not act on what is typed here.
    this.form.addEventListener("keydown", (event) => event.stopPropagation());
  }

  render() {
    const settings = this.store.sections.settings;
    const final = this.store.sections.facts.final;
    setShown(this.root, Object.keys(settings).length > 0 && !final && !this.store.link.gone);
    for (const [name, setting] of Object.entries(settings)) {
      const field = this.fields.get(name) ?? this.addField(name, setting);
      if (field.setting === setting) continue;
      const edited = field.setting && this.valueOf(field) !== String(field.setting.value);
      field.setting = setting;
      if (!edited || this.valueOf(field) === String(setting.value)) this.show(field, setting.value);
    }
    this.compare();
  }

  addField(name, setting) {
    const id = `wb-${this.store.client}-${name}-${Math.random().toString(36).slice(2, 7)}`;
    const input = this.input(setting);
    input.id = id;
    const bounds = [setting.minimum, setting.maximum].map((bound) => (bound === null ? "" : number(bound)));
    const range = bounds[0] || bounds[1] ? ` (${bounds[0] || "…"} to ${bounds[1] || "…"})` : "";
    const error = element("span", "wb-field-error", { role: "alert", id: `${id}-error` });
    const help = element("span", "wb-field-help", { id: `${id}-help`, textContent: `${setting.help}${range}` });
    setAttribute(input, "aria-describedby", `${id}-help ${id}-error`);
    const label = element("label", "", { htmlFor: id, textContent: setting.title });
    const boxed = element("span", "wb-field-input", {}, input, element("span", "wb-unit", { textContent: setting.unit }));
    this.grid.append(element("div", "wb-field", {}, label, boxed, help, error));
    const field = { input, error, setting: null };
    this.fields.set(name, field);
    return field;
  }

  input(setting) {
    if (setting.kind === "choice") {
      const select = element("select", "wb-input");
      for (const choice of setting.choices) select.append(element("option", "", { value: choice, textContent: choice }));
      return select;
    }
    if (setting.kind === "switch") return element("input", "wb-switch", { type: "checkbox" });
    const input = element("input", "wb-input", { type: "text", spellcheck: false, autocomplete: "off" });
    if (setting.kind === "number") input.inputMode = "decimal";
    return input;
  }

  show(field, value) {
    if (field.input.type === "checkbox") field.input.checked = Boolean(value);
    else field.input.value = value ?? "";
  }

  valueOf(field) {
    return field.input.type === "checkbox" ? String(field.input.checked) : field.input.value.trim();
  }

  changes() {
    const changed = {};
    for (const [name, field] of this.fields) {
      const before = field.setting.value === null ? "" : String(field.setting.value);
      if (this.valueOf(field) !== before) changed[name] = this.valueOf(field);
    }
    return changed;
  }

  compare() {
    const changed = this.changes();
    this.apply.disabled = Object.keys(changed).length === 0 || Boolean(this.sending);
    for (const [name, field] of this.fields) setAttribute(field.input, "data-edited", name in changed ? "" : null);
    const asked = this.store.sections.facts.request === "adjust";
    setText(this.note, this.sending || asked ? "Taken at the next checkpoint …" : "");
  }

  async send() {
    const changes = this.changes();
    if (!Object.keys(changes).length || this.sending) return;
    this.sending = true;
    for (const field of this.fields.values()) setText(field.error, "");
    this.compare();
    const refusal = await this.store.request({ kind: "adjust", changes });
    this.sending = false;
    if (refusal) this.showRefusal(refusal, changes);
    this.compare();
  }

  showRefusal(sentence, changes) {
    const names = Object.keys(changes);
    const name = names.find((candidate) => new RegExp(`\\b${candidate}\\b`).test(sentence)) ?? names[0];
    const field = this.fields.get(name);
    setText(field.error, sentence);
    field.input.focus();
  }
}
