// The controls: data → network → descent, in the lecture's order. A change begins a run.

import { activationsOf, NOISE } from "./config.js";
import { control, described, showHelp } from "./control.js";
import { button, make } from "./elements.js";
import { makeSlider, RATE } from "./slider.js";

const BATCHES = ["1", "4", "8", "16", "32", "64", "128", "256", "all"];
const STRENGTHS = [0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1];
const NORMS = [0, 0.1, 0.5, 1, 5, 10];
const PATIENCES = [0, 3, 5, 10, 20, 50]; // epochs; 0: none
const SYMBOLS = { noise: "σ", initializer: "W", loss: "L", lr: "α", schedule: "α(t)", dropout: "p", l1: "λ", l2: "λ", clip: "‖g‖" };
const MOST_LAYERS = 6;
const MOST_UNITS = 512;
const MOST_CONVOLUTIONS = 2;
const MOST_CHANNELS = 64;
const MODES = ["open", "fork", "race"];

/**
 * @param {{chosen: object, choices: object, mode: string, text: (key: string) => string,
 *   change: (changes: object | ((chosen: object) => object)) => void, choose: (mode: string) => void}} state
 */
export function render(element, { chosen, choices, mode, text, change, choose }) {
  const signature = JSON.stringify([chosen, choices, mode, text("language")]);
  if (element.dataset.signature === signature) return;
  if (!element.dataset.signature) showHelp(element);
  element.dataset.signature = signature;
  const focused = document.activeElement?.id;
  const open = new Set([...element.querySelectorAll("details[open]")].map(({ id }) => id));
  const only = mode === "fork"; // what can be changed of a run that is there
  const images = (choices.images ?? []).includes(chosen.name);
  element.replaceChildren(
    group(text("mode"), ...modes()),
    ...(only ? [] : [group(text("data"), ...data())]),
    ...(only ? [] : [group(text("network"), ...layers(), ...(images ? [convolutions()] : []), initializer())]),
    group(text("descent"), ...descent()),
    more("regularization", text("regularization"), ...regularization()),
  );
  for (const id of open) if (document.getElementById(id)) document.getElementById(id).open = true;
  if (focused) document.getElementById(focused)?.focus();

  function modes() {
    const inputs = MODES.map((name) => {
      const input = make("input", { type: "radio", name: "mode", id: `c-mode-${name}`, checked: mode === name });
      input.addEventListener("change", () => choose(name));
      return input;
    });
    const labels = inputs.map((input, i) => make("label", { className: "check" }, input, make("span", {}, text(`mode.${MODES[i]}`))));
    return [...labels, described(text("help.mode"), ...inputs)];
  }

  function data() {
    const names = [...(choices.data ?? []), ...(choices.own ?? [])];
    const other = (name) => ({ name, noise: NOISE[name] ?? 0, target: "", convolutions: [], augment: [] });
    const rows = [select("name", names, chosen.name, other, ofData)];
    if (chosen.name in NOISE) rows.push(slider("noise", 0, 3 * NOISE[chosen.name] + 0.3, 0.01));
    return rows;
  }

  function layers() {
    const activations = activationsOf(chosen);
    const rows = chosen.hidden.map((units, i) => {
      const name = `${text("layer")} ${i + 1}`;
      const [row, line] = sized(name, `units-${i}`, units, MOST_UNITS, text("help.units"), (to) => change(({ hidden }) => ({ hidden: resized(hidden, i, to) })));
      const activation = choice(`activation-${i}`, choices.activations ?? [], activations[i], short, (value) => (now) => ({ activations: replaced(activationsOf(now), i, value) }));
      activation.setAttribute("aria-label", `${name}: ${text("activations")}`);
      row.append(activation);
      return make("div", { className: "control" }, row, line, described(text("help.activations"), activation));
    });
    const fewer = () => change((now) => ({ hidden: now.hidden.slice(0, -1), activations: activationsOf(now).slice(0, -1) }));
    const another = () => change(deeper);
    return [...rows, pair([text("fewer"), fewer, "c-fewer", chosen.hidden.length === 0], [text("more"), another, "c-more", chosen.hidden.length === MOST_LAYERS], text("help.hidden"))];
  }

  function convolutions() {
    const now = chosen.convolutions;
    const rows = now.map((channels, i) => make("div", { className: "control" }, ...sized(`${text("convolution")} ${i + 1}`, `conv-${i}`, channels, MOST_CHANNELS, text("help.channels"), (to) => change(({ convolutions }) => ({ convolutions: resized(convolutions, i, to) })))));
    const fewer = () => change(({ convolutions }) => ({ convolutions: convolutions.slice(0, -1) }));
    const another = () => change(({ convolutions }) => ({ convolutions: [...convolutions, 8].slice(0, MOST_CONVOLUTIONS) }));
    return make("div", {}, ...rows, pair([text("fewer_convolutions"), fewer, "c-fewer-conv", now.length === 0], [text("more_convolutions"), another, "c-more-conv", now.length === MOST_CONVOLUTIONS], text("help.convolutions")));
  }

  function initializer() {
    return select("initializer", choices.initializers ?? [], chosen.initializer);
  }

  function descent() {
    const rows = [select("optimizer", choices.optimizers ?? [], chosen.optimizer), rate(), select("schedule", ["", ...(choices.schedules ?? [])], chosen.schedule, undefined, none)];
    if (only) return rows;
    return [
      select("loss", ["", ...(choices.losses ?? [])], chosen.loss, undefined, (name) => (name ? short(name) : text("usual"))),
      ...rows,
      select("batch_size", BATCHES, chosen.batch_size, undefined, (size) => (size === "all" ? text("all") : size)),
      seed(),
    ];
  }

  function regularization() {
    const ofPatience = (epochs) => (epochs === "0" ? text("none") : `${epochs} ${text("patience_epochs")}`);
    const rows = [numbers("l1", STRENGTHS), numbers("l2", STRENGTHS), numbers("clip", NORMS, (norm) => (norm === "0" ? text("none") : norm)), numbers("patience", PATIENCES, ofPatience)];
    if (only) return rows;
    const normalized = make("input", { type: "checkbox", id: "c-batch_norm", checked: Boolean(chosen.batch_norm) });
    normalized.addEventListener("change", () => change({ batch_norm: Number(normalized.checked) }));
    return [slider("dropout", 0, 0.9, 0.05), control(about("batch_norm"), normalized), ...rows, ...(images ? [augmentations()] : [])];
  }

  function augmentations() {
    const boxes = (choices.augmentations ?? []).map((notation, i) => {
      const box = make("input", { type: "checkbox", id: `c-augment-${i}`, checked: chosen.augment.includes(notation) });
      const others = (now) => now.augment.filter((each) => each !== notation);
      box.addEventListener("change", () => change((now) => ({ augment: [...others(now), ...(box.checked ? [notation] : [])] })));
      return box;
    });
    const labels = boxes.map((box, i) => make("label", { className: "check" }, box, make("span", {}, short(choices.augmentations[i]))));
    const lines = boxes.length ? [described(text("help.augment"), ...boxes)] : [];
    return make("fieldset", { id: "c-augment" }, make("legend", {}, text("augment")), ...labels, ...lines);
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

  function about(key) {
    return { word: text(key), symbol: SYMBOLS[key], help: text(`help.${key}`) };
  }

  function choice(key, options, value, named, changes) {
    const known = options.includes(String(value)) ? options : [String(value), ...options];
    const made = make("select", { id: `c-${key}` }, ...known.map((option) => make("option", { value: option, selected: option === String(value) }, named(option))));
    made.addEventListener("change", () => change(changes(made.value)));
    return made;
  }

  function select(key, options, value, changes = (one) => ({ [key]: one }), named = short) {
    return control(about(key), choice(key, options, value, named, changes));
  }

  function numbers(key, options, named = short) {
    return select(key, options.map(String), String(chosen[key]), (value) => ({ [key]: Number(value) }), named);
  }

  function slider(key, min, max, step) {
    const bar = make("input", { id: `c-${key}`, type: "range", min, max, step, value: chosen[key] });
    const shown = make("output", {}, String(chosen[key]));
    bar.addEventListener("input", () => (shown.textContent = bar.value));
    bar.addEventListener("change", () => change({ [key]: Number(bar.value) }));
    const made = control(about(key), bar);
    made.querySelector("label").append(shown);
    return made;
  }

  function rate() {
    const { box, slider: bar, show } = makeSlider("c-lr", `${text("lr")} ${SYMBOLS.lr}`, RATE, changed, "change");
    function changed(value) {
      if (Number(value) >= 0) change({ lr: Number(value) });
      else box.value = chosen.lr;
    }
    show(chosen.lr);
    const made = control(about("lr"), box, bar);
    made.classList.add("rate");
    return made;
  }

  function seed() {
    const box = make("input", { id: "c-seed", type: "number", min: 0, max: 9999, step: 1, value: chosen.seed });
    box.addEventListener("change", () => change({ seed: Math.max(0, Math.round(Number(box.value)) || 0) }));
    return control(about("seed"), box);
  }

  function sized(name, id, size, most, help, resize) {
    const to = (step) => resize((now) => Math.max(1, Math.min(most, now + step)));
    const by = size >= 64 ? 16 : size >= 16 ? 4 : 1;
    const less = button("−", `${name}: −${by}`, () => to(-by), { id: `c-less-${id}` });
    const greater = button("+", `${name}: +${by}`, () => to(by), { id: `c-more-${id}` });
    return [make("div", { className: "sized" }, make("span", {}, `${name}: ${size}`), less, greater), described(help, less, greater)];
  }

  function pair(first, second, help) {
    const made = [first, second].map(([word, act, id, disabled]) => button(word, word, act, { id, disabled }));
    return make("div", { className: "control" }, make("div", { className: "sized" }, ...made), described(help, ...made));
  }
}

/** What is chosen, with one more hidden layer like the last one, if there may be one more. */
function deeper(chosen) {
  const { hidden } = chosen;
  const activations = activationsOf(chosen);
  if (hidden.length === MOST_LAYERS) return {};
  return { hidden: [...hidden, hidden.at(-1) ?? 8], activations: [...(hidden.length ? activations : []), activations.at(-1)] };
}

const resized = (sizes, i, to) => replaced(sizes, i, to(sizes[i]));
const replaced = (list, i, value) => list.map((each, k) => (k === i ? value : each));
const short = (name) => name.replace("()", "");
