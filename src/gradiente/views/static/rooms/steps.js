// Step by step: the forward and backward pass of the step that comes next, and the update, in the order of the chain rule.

import { button, make } from "../elements.js";
import * as number from "../number.js";
import * as quantity from "../quantity.js";

const AGAIN = 400; // milliseconds until a number is asked for again whose value by PyTorch is not there yet

export const plays = true;

let shown = null; // the trace that came last, and its arrays
let asked = null; // the step and form whose trace was asked for
let entry = null; // the opened number
let waiting = 0;

export function build(element, lab) {
  [shown, asked, entry] = [null, null, null];
  const rows = make("label", {}, make("input", { type: "checkbox", id: "columns" }), make("span", { id: "columns-label" }));
  rows.querySelector("input").addEventListener("change", ({ target }) => {
    lab.setPlace({ columns: target.checked ? "1" : "" });
  });
  element.replaceChildren(
    make("section", { id: "chain" }),
    make(
      "section",
      { id: "quantity" },
      make("div", { id: "walk" }, button("←", "", () => walk(-1, lab), { id: "previous" }), button("→", "", () => walk(1, lab), { id: "next" }), rows),
      make("div", { id: "quantity-head" }),
      make("div", { id: "numbers" }),
    ),
    make("aside", { id: "opened" }),
  );
}

export function keys(lab) {
  return {
    ArrowRight: () => walk(1, lab),
    ArrowLeft: () => walk(-1, lab),
    Enter: () => document.querySelector("#numbers button, #numbers canvas")?.focus(),
    Escape: () => {
      clearTimeout(waiting);
      entry = null;
      lab.setPlace({ open: "" });
    },
  };
}

export function received(message, lab) {
  if (message.kind === "trace") shown = message;
  if (message.kind === "number" && message.step === shown?.step) {
    entry = message;
    clearTimeout(waiting);
    if (message.waiting) waiting = setTimeout(() => openNumber(message.name, message.index, lab), AGAIN);
  }
  lab.set({});
}

/** Go to the quantity before, or after, in the order in which they are computed. */
function walk(by, lab) {
  if (!shown) return;
  const { quantities } = shown;
  const place = quantities.findIndex(({ name }) => name === lab.get().place.at);
  select(quantities[Math.max(0, Math.min(quantities.length - 1, place + by))].name, lab);
}

function select(name, lab) {
  entry = null;
  lab.setPlace({ at: name, open: "" });
}

function openNumber(name, index, lab) {
  lab.setPlace({ at: name, open: index.join(",") || "all" });
  ask(name, index, lab);
}

function ask(name, index, lab) {
  lab.ask({ do: "open-number", quantity: name, index, columns: isColumns(lab.get()) });
}

const isColumns = ({ place }) => place.columns === "1";
const indexOf = (open) => (open === "all" ? [] : open.split(",").map(Number));

export function draw(element, state, lab) {
  const { text } = lab;
  lookAgain(state, lab);
  const by = (id) => element.querySelector(`#${id}`);
  by("previous").setAttribute("aria-label", text("previous"));
  by("next").setAttribute("aria-label", text("next"));
  by("columns").checked = isColumns(state);
  by("columns-label").textContent = text("columns");
  if (!shown) return;
  const chosen = shown.quantities.find(({ name }) => name === state.place.at) ?? shown.quantities[0];
  drawChain(by("chain"), chosen, lab);
  drawHead(by("quantity-head"), chosen, lab);
  const place = shown.quantities.indexOf(chosen);
  const opened = state.place.open ? indexOf(state.place.open) : null;
  quantity.render(by("numbers"), {
    ...chosen,
    values: shown.arrays[place],
    opened,
    language: state.language,
    open: (index) => openNumber(chosen.name, index, lab),
  });
  drawOpened(by("opened"), chosen, opened, state, lab);
}

/** Ask for the trace of where the run is, when it is paused somewhere else than it was. */
function lookAgain(state, lab) {
  if (!state.frame || state.frame.playing) return;
  const wanted = `${state.frame.runs[0].values.step} ${isColumns(state)} ${JSON.stringify(state.chosen)}`;
  if (wanted === asked) return;
  asked = wanted;
  entry = null;
  lab.ask({ do: "look", columns: isColumns(state) });
  if (state.place.open) ask(state.place.at, indexOf(state.place.open), lab);
}

function drawChain(element, chosen, lab) {
  const parts = ["forward", "backward", "update"].map((part) => {
    const list = make("ol", {});
    for (const one of shown.quantities.filter((each) => each.part === part)) {
      const card = make("button", { type: "button", title: one.label }, make("span", { innerHTML: one.math }));
      card.append(make("small", {}, one.shape.join(" × ") || "1"));
      card.addEventListener("click", () => select(one.name, lab));
      if (one === chosen) card.setAttribute("aria-current", "true");
      if (chosen.sources.includes(one.name)) card.classList.add("source");
      list.append(make("li", {}, card));
    }
    return list.children.length ? [make("h2", {}, lab.text(`part.${part}`)), list] : [];
  });
  element.replaceChildren(...parts.flat());
}

function drawHead(element, chosen, lab) {
  const title = make("h2", { className: "name", innerHTML: chosen.math });
  const lines = [title];
  if (chosen.formula) lines.push(make("div", { className: "formula", innerHTML: chosen.formula }));
  if (chosen.parameter) lines.push(make("code", {}, chosen.parameter));
  if (chosen.sources.length) {
    const links = chosen.sources.map((name) => {
      const link = make("button", { type: "button", className: "link" }, name);
      link.addEventListener("click", () => select(name, lab));
      return link;
    });
    lines.push(make("p", { className: "from" }, `${lab.text("from")} `, ...links.flatMap((link, i) => (i ? [", ", link] : [link]))));
  }
  element.replaceChildren(...lines);
}

function drawOpened(element, chosen, opened, state, lab) {
  if (!opened || !entry || entry.name !== chosen.name || entry.index.join() !== opened.join()) {
    element.replaceChildren(make("p", { className: "hint" }, lab.text("hint")));
    element.dataset.signature = "";
    return;
  }
  const signature = JSON.stringify([entry, state.language]);
  if (element.dataset.signature === signature) return;
  element.dataset.signature = signature;
  number.render(element, {
    entry,
    language: state.language,
    text: lab.text,
    open: (name, index) => openNumber(name, index, lab),
  });
  if (chosen.role === "parameter") element.append(editor(chosen, opened, lab));
}

/** A new value for a weight, with which another run begins at this step. */
function editor({ parameter }, index, lab) {
  const field = make("input", { type: "number", step: "any", value: String(entry.value.toPrecision(4)), id: "new-value" });
  const form = make("form", { className: "edit" }, make("label", {}, make("span", {}, `${lab.text("new_value")} `), field), make("button", {}, lab.text("fork")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    lab.editWeight({ parameter, index, value: Number(field.value) });
  });
  return form;
}
