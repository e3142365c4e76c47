// The controls: data → network → descent, in the lecture's order. A change begins a run.

import { activationsOf, NOISE } from "./config.js";
import { button, make } from "./elements.js";

const BATCHES = ["1", "4", "8", "16", "32", "64", "128", "256", "all"];
const RATES = [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const STRENGTHS = [0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1];
const NORMS = [0, 0.1, 0.5, 1, 5, 10];
const PATIENCES = [0, 3, 5, 10, 20, 50]; // epochs; 0: none
const MOST_LAYERS = 6;
const MOST_UNITS = 512;
const MODES = ["open", "fork", "race"];

/**
 * @param {{chosen: object, choices: object, mode: string, text: (key: string) => string,
 *   change: (changes: object) => void, choose: (mode: string) => void}} state
 */
export function render(element, { chosen, choices, mode, text, change, choose }) {
  const signature = JSON.stringify([chosen, choices, mode, text("language")]);
  if (element.dataset.signature === signature) return;
  element.dataset.signature = signature;
  const focused = document.activeElement?.id;
  const open = new Set([...element.querySelectorAll("details[open]")].map(({ id }) => id));
  const only = mode === "fork"; // what can be changed of a run that is there
  element.replaceChildren(
    group(text("mode"), modes()),
    ...(only ? [] : [group(text("data"), ...data())]),
    ...(only ? [] : [group(text("network"), layers(), ...shaped())]),
    group(text("descent"), ...descent()),
    more("regularization", text("regularization"), ...regularization()),
  );
  for (const id of open) if (document.getElementById(id)) document.getElementById(id).open = true;
  if (focused) document.getElementById(focused)?.focus();

  function modes() {
    const list = make("div", { className: "modes" });
    for (const name of MODES) {
      const input = make("input", { type: "radio", name: "mode", id: `c-mode-${name}`, checked: mode === name });
      input.addEventListener("change", () => choose(name));
      list.append(make("label", {}, input, make("span", {}, text(`mode.${name}`))));
    }
    return list;
  }

  function data() {
    const names = [...(choices.data ?? []), ...(choices.own ?? [])];
    const rows = [select(text("name"), "name", names, chosen.name, (name) => ({ name, noise: NOISE[name] ?? 0, target: "", convolutions: [], augment: [] }), ofData)];
    if (chosen.name in NOISE) rows.push(slider(text("noise"), "noise", 0, 3 * NOISE[chosen.name] + 0.3, 0.01, chosen.noise));
    return rows;
  }

  function layers() {
    const list = make("div", { className: "layers" });
    const activations = activationsOf(chosen);
    chosen.convolutions.forEach((channels, i) => list.append(sized(`${text("convolution")} ${i + 1}`, `conv-${i}`, channels, 64, (value) => change({ convolutions: replaced(chosen.convolutions, i, value) }))));
    chosen.hidden.forEach((units, i) => {
      const name = `${text("layer")} ${i + 1}`;
      const row = sized(name, `units-${i}`, units, MOST_UNITS, (value) => change({ hidden: replaced(chosen.hidden, i, value) }));
      const activation = select("", `activation-${i}`, choices.activations ?? [], activations[i], (value) => ({ activations: replaced(activations, i, value) }));
      activation.querySelector("select").setAttribute("aria-label", `${name}: ${text("activations")}`);
      row.append(activation);
      list.append(row);
    });
    const fewer = button(text("fewer"), text("fewer"), () => change({ hidden: chosen.hidden.slice(0, -1), activations: activations.slice(0, -1) }), { id: "c-fewer" });
    fewer.disabled = chosen.hidden.length === 0;
    const added = () => change({ hidden: [...chosen.hidden, chosen.hidden.at(-1) ?? 8], activations: [...(chosen.hidden.length ? activations : []), activations.at(-1)] });
    const another = button(text("more"), text("more"), added, { id: "c-more" });
    another.disabled = chosen.hidden.length === MOST_LAYERS;
    list.append(make("div", {}, fewer, another));
    return list;
  }

  function shaped() {
    const rows = [select(text("initializer"), "initializer", choices.initializers ?? [], chosen.initializer)];
    if ((choices.images ?? []).includes(chosen.name)) {
      const list = make("div", { className: "layers" });
      const less = button(text("fewer_convolutions"), text("fewer_convolutions"), () => change({ convolutions: chosen.convolutions.slice(0, -1) }), { id: "c-fewer-conv" });
      less.disabled = chosen.convolutions.length === 0;
      const one = button(text("more_convolutions"), text("more_convolutions"), () => change({ convolutions: [...chosen.convolutions, 8] }), { id: "c-more-conv" });
      one.disabled = chosen.convolutions.length === 2;
      list.append(make("div", {}, less, one));
      rows.unshift(list);
    }
    return rows;
  }

  function descent() {
    const rows = [
      select(text("optimizer"), "optimizer", choices.optimizers ?? [], chosen.optimizer),
      select(text("rate"), "lr", RATES.map(String), String(chosen.lr), (value) => ({ lr: Number(value) })),
      select(text("schedule"), "schedule", ["", ...(choices.schedules ?? [])], chosen.schedule, undefined, none),
    ];
    if (only) return rows;
    return [
      select(text("loss"), "loss", ["", ...(choices.losses ?? [])], chosen.loss, undefined, (name) => (name ? short(name) : text("usual"))),
      ...rows,
      select(text("batch_size"), "batch_size", BATCHES, chosen.batch_size, undefined, (size) => (size === "all" ? text("all") : size)),
      number(text("seed"), "seed", chosen.seed),
    ];
  }

  function regularization() {
    const strength = (key) => select(key === "l1" ? "L1, λ" : "L2, λ", key, STRENGTHS.map(String), String(chosen[key]), (value) => ({ [key]: Number(value) }));
    const rows = [
      strength("l1"),
      strength("l2"),
      select(text("clip"), "clip", NORMS.map(String), String(chosen.clip), (value) => ({ clip: Number(value) })),
      select(text("patience"), "patience", PATIENCES.map(String), String(chosen.patience), (value) => ({ patience: Number(value) }), ofPatience),
    ];
    if (only) return rows;
    const normalized = make("input", { type: "checkbox", id: "c-batch_norm", checked: Boolean(chosen.batch_norm) });
    normalized.addEventListener("change", () => change({ batch_norm: Number(normalized.checked) }));
    return [slider("Dropout, p", "dropout", 0, 0.9, 0.05, chosen.dropout), labelled(text("batch_norm"), normalized), ...rows, ...augmentations()];
  }

  function augmentations() {
    if (!(choices.images ?? []).includes(chosen.name)) return [];
    const boxes = (choices.augmentations ?? []).map((notation, i) => {
      const box = make("input", { type: "checkbox", id: `c-augment-${i}`, checked: chosen.augment.includes(notation) });
      const others = chosen.augment.filter((each) => each !== notation);
      box.addEventListener("change", () => change({ augment: box.checked ? [...others, notation] : others }));
      return make("label", { className: "check" }, box, make("span", {}, short(notation)));
    });
    return [make("fieldset", { id: "c-augment" }, make("legend", {}, text("augment")), ...boxes)];
  }

  function ofPatience(epochs) {
    return epochs === "0" ? text("none") : `${epochs} ${text("patience_epochs")}`;
  }

  function ofData(name) {
    return text(`data.${name.replace("-", "_")}`) || name.split("/").at(-1);
  }

  function none(name) {
    return name ? short(name) : text("none");
  }

  function group(title, ...content) {
    return make("section", {}, make("h2", {}, title), ...content);
  }

  function more(id, title, ...content) {
    return make("details", { id: `c-${id}` }, make("summary", {}, title), ...content);
  }

  function labelled(label, control) {
    return make("label", {}, make("span", {}, label), control);
  }

  function select(label, key, options, value, changes = (one) => ({ [key]: one }), named = short) {
    const control = make("select", { id: `c-${key}` });
    const known = options.includes(String(value)) ? options : [String(value), ...options];
    control.append(...known.map((option) => make("option", { value: option, selected: option === String(value) }, named(option))));
    control.addEventListener("change", () => change(changes(control.value)));
    return labelled(label, control);
  }

  function slider(label, key, min, max, step, value) {
    const control = make("input", { id: `c-${key}`, type: "range", min, max, step, value });
    const shown = make("output", {}, String(value));
    control.addEventListener("input", () => (shown.textContent = control.value));
    control.addEventListener("change", () => change({ [key]: Number(control.value) }));
    const row = labelled(label, control);
    row.append(shown);
    return row;
  }

  function number(label, key, value) {
    const control = make("input", { id: `c-${key}`, type: "number", min: 0, max: 9999, step: 1, value });
    control.addEventListener("change", () => change({ [key]: Math.max(0, Math.round(Number(control.value)) || 0) }));
    return labelled(label, control);
  }

  function sized(name, id, size, most, resize) {
    const to = (value) => resize(Math.max(1, Math.min(most, value)));
    const by = size >= 64 ? 16 : size >= 16 ? 4 : 1;
    return make(
      "div",
      {},
      make("span", {}, `${name}: ${size}`),
      button("−", `${name}: −${by}`, () => to(size - by), { id: `c-less-${id}` }),
      button("+", `${name}: +${by}`, () => to(size + by), { id: `c-more-${id}` }),
    );
  }
}

const replaced = (list, i, value) => list.map((each, k) => (k === i ? value : each));
const short = (name) => name.replace("()", "");
