// The controls: data → network → descent, in the lecture's order. A change begins a new run.

const DATA = ["spirals", "moons", "circles", "blobs", "xor", "and", "or", "digits"];
const NOISE = { spirals: 0.02, moons: 0.15, circles: 0.08, blobs: 1 }; // of the data sets that have it, by default
const LOGIC = ["xor", "and", "or"]; // four rows
const ACTIVATIONS = ["Tanh()", "ReLU()", "Sigmoid()", "LeakyReLU()", "GELU()", "ELU()"];
const OPTIMIZERS = ["Adam", "SGD", "RMSprop", "Adagrad", "Adadelta", "AdamW", "NAdam", "Lion"];
const BATCHES = ["1", "8", "16", "32", "64", "128", "all"];
const RATES = [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

export const DEFAULTS = {
  name: "spirals",
  noise: 0.02,
  hidden: [8, 8],
  activation: "Tanh()",
  optimizer: "Adam",
  lr: 0.01,
  batch_size: "32",
  seed: 0,
};

/** What the server calls a config, of what is chosen. */
export function configOf({ name, noise, hidden, activation, optimizer, lr, batch_size, seed }) {
  const all = batch_size === "all" || (LOGIC.includes(name) && batch_size > 4);
  return {
    data: { name, ...(name in NOISE ? { noise, samples: 300 } : {}) },
    network: { hidden, activation },
    descent: { optimizer: `${optimizer}(lr=${lr})`, batch_size: all ? "all" : Number(batch_size), seed },
  };
}

/** What is chosen, as the part of an address after #, and back. */
export const toAddress = (chosen) => new URLSearchParams({ ...chosen, hidden: chosen.hidden.join(",") }).toString();

export function fromAddress(hash) {
  const given = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));
  const chosen = { ...DEFAULTS };
  for (const [key, value] of Object.entries(given)) {
    if (key === "hidden") chosen.hidden = value.split(",").filter(Boolean).map(Number);
    else if (key in DEFAULTS) chosen[key] = typeof DEFAULTS[key] === "number" ? Number(value) : value;
  }
  return chosen;
}

/** @param {{chosen: typeof DEFAULTS, text: (key: string) => string, change: (changes: object) => void}} state */
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
          button("−", `${name}: −1`, `less-${i}`, () => resize(-1)),
          button("+", `${name}: +1`, `more-${i}`, () => resize(1)),
        ),
      );
    });
    const fewer = button(text("fewer"), text("fewer"), "fewer", () => change({ hidden: chosen.hidden.slice(0, -1) }));
    fewer.disabled = chosen.hidden.length === 1;
    const more = button(text("more"), text("more"), "more", () => change({ hidden: [...chosen.hidden, chosen.hidden.at(-1)] }));
    more.disabled = chosen.hidden.length === 6;
    list.append(make("div", {}, fewer, more));
    return list;
  }

  function button(shown, label, id, act) {
    const control = make("button", { type: "button", id: `c-${id}`, title: label }, shown);
    control.setAttribute("aria-label", label);
    control.addEventListener("click", act);
    return control;
  }
}

function make(name, properties, ...content) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...content);
  return element;
}
