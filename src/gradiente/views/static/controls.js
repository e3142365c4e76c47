// The controls: data → network → descent, in the lecture's order. A change begins a new run.

import { NOISE } from "./config.js";
import { button, make } from "./elements.js";

const DATA = ["spirals", "moons", "circles", "blobs", "xor", "and", "or", "digits"];
const ACTIVATIONS = ["Tanh()", "ReLU()", "Sigmoid()", "LeakyReLU()", "GELU()", "ELU()"];
const OPTIMIZERS = ["Adam", "SGD", "RMSprop", "Adagrad", "Adadelta", "AdamW", "NAdam", "Lion"];
const BATCHES = ["1", "8", "16", "32", "64", "128", "all"];
const RATES = [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** @param {{chosen: object, text: (key: string) => string, change: (changes: object) => void}} state */
export function render(element, { chosen, text, change }) {
  const signature = JSON.stringify([chosen, text("language")]);
  if (element.dataset.signature === signature) return;
  element.dataset.signature = signature;
  const focused = document.activeElement?.id;
  const most = 3 * (NOISE[chosen.name] ?? 0) + 0.3;
  const noise = chosen.name in NOISE ? [slider(text("noise"), "noise", 0, most, 0.01, chosen.noise)] : [];
  element.replaceChildren(
    group(text("data"), select(text("dataset"), "name", DATA, chosen.name, ofData), ...noise),
    group(text("network"), layers(), select(text("activation"), "activation", ACTIVATIONS, chosen.activation)),
    group(
      text("descent"),
      select(text("optimizer"), "optimizer", OPTIMIZERS, chosen.optimizer),
      select(text("rate"), "lr", RATES.map(String), String(chosen.lr), Number),
      select(text("batch"), "batch_size", BATCHES, chosen.batch_size, String, { all: text("all") }),
      number(text("seed"), "seed", chosen.seed),
    ),
  );
  if (focused) document.getElementById(focused)?.focus();

  function ofData(name) {
    return { name, noise: NOISE[name] ?? 0 };
  }

  function group(title, ...content) {
    const section = make("section", {}, make("h2", {}, title));
    section.append(...content);
    return section;
  }

  function labelled(label, control) {
    return make("label", {}, make("span", {}, label), control);
  }

  function select(label, key, options, value, read = String, names = {}) {
    const control = make("select", { id: `c-${key}` });
    const known = options.includes(String(value)) ? options : [String(value), ...options];
    for (const option of known) {
      control.append(make("option", { value: option, selected: option === String(value) }, names[option] ?? option.replace("()", "")));
    }
    control.addEventListener("change", () => {
      const value = read(control.value);
      change(typeof value === "object" ? value : { [key]: value });
    });
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

  function layers() {
    const list = make("div", { className: "layers" });
    chosen.hidden.forEach((units, i) => {
      const resize = (by) => change({ hidden: chosen.hidden.map((u, k) => (k === i ? Math.max(1, Math.min(64, u + by)) : u)) });
      const name = `${text("layer")} ${i + 1}`;
      list.append(
        make(
          "div",
          {},
          make("span", {}, `${name}: ${units}`),
          button("−", `${name}: −1`, () => resize(-1), { id: `c-less-${i}` }),
          button("+", `${name}: +1`, () => resize(1), { id: `c-more-${i}` }),
        ),
      );
    });
    const fewer = button(text("fewer"), text("fewer"), () => change({ hidden: chosen.hidden.slice(0, -1) }), { id: "c-fewer" });
    fewer.disabled = chosen.hidden.length === 1;
    const more = button(text("more"), text("more"), () => change({ hidden: [...chosen.hidden, chosen.hidden.at(-1)] }), { id: "c-more" });
    more.disabled = chosen.hidden.length === 6;
    list.append(make("div", {}, fewer, more));
    return list;
  }
}
