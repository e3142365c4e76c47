// Step by step: the forward and backward pass of the step that comes next, and the update, in the order of the chain rule.

import { make, write } from "../elements.js";
import { sentence } from "../said.js";
import * as traceView from "../trace_view.js";

const AGAIN = 400; // milliseconds until a number is asked for again whose value by PyTorch is not there yet

export const plays = true;

let shown = null; // the quantities that came last, with their numbers; and the step
let asked = null; // the step and form whose trace was asked for
let entry = null; // the opened number
let waiting = 0;

export function build(element, lab) {
  [shown, asked, entry] = [null, null, null];
  const form = make("label", { id: "form" }, make("input", { type: "checkbox", id: "columns" }), make("span", { id: "columns-label" }));
  form.querySelector("input").addEventListener("change", ({ target }) => {
    lab.setPlace({ columns: target.checked ? "1" : "" });
  });
  element.replaceChildren(form, make("p", { id: "steps-ended" }), make("div", { id: "trace" }));
}

export function keys(lab) {
  return {
    ArrowRight: () => walk(1, lab),
    ArrowLeft: () => walk(-1, lab),
    Enter: () => traceView.enter(document.querySelector("#trace")),
    Escape: () => {
      clearTimeout(waiting);
      entry = null;
      lab.setPlace({ open: "" });
      traceView.leave(document.querySelector("#trace"));
    },
  };
}

export function received(message, lab) {
  if (message.kind === "trace") {
    const { step, arrays } = message;
    shown = { step, quantities: message.quantities.map((one, place) => ({ ...one, values: arrays[place] })) };
  }
  if (message.kind === "number" && message.step === shown?.step) {
    entry = message;
    clearTimeout(waiting);
    if (message.waiting) waiting = setTimeout(() => ask(message.name, message.index, lab), AGAIN);
  }
  lab.set({});
}

/** Go to the quantity before, or after. */
function walk(by, lab) {
  if (shown) select(traceView.after({ ...shown, at: lab.get().place.at }, by), lab);
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
  lookAgain(state, lab);
  element.querySelector("#columns").checked = isColumns(state);
  write(element.querySelector("#columns-label"), lab.text("columns"));
  const ended = state.frame?.runs[0].values.ended;
  write(element.querySelector("#steps-ended"), ended ? `${sentence(ended).replace(/\.?$/, ".")} ${lab.text("steps_ended")}` : "");
  if (!shown) return;
  const { at, open } = state.place;
  const view = {
    quantities: shown.quantities,
    at,
    opened: open ? indexOf(open) : null,
    entry,
    language: state.language,
    text: lab.text,
    select: (name) => select(name, lab),
    open: (name, index) => openNumber(name, index, lab),
  };
  traceView.render(element.querySelector("#trace"), view);
  drawEditor(element.querySelector("#trace .panel"), view, lab);
}

/** Ask for the trace of where the run is, when it is paused somewhere else than it was. */
function lookAgain(state, lab) {
  if (!state.frame || state.frame.playing) return;
  const wanted = `${state.session} ${state.frame.runs[0].values.step} ${isColumns(state)} ${JSON.stringify(state.chosen)}`;
  if (wanted === asked) return;
  asked = wanted;
  entry = null;
  lab.ask({ do: "look", columns: isColumns(state) });
  if (state.place.open) ask(state.place.at, indexOf(state.place.open), lab);
}

/** Below the opened number of a weight, a new value for it, with which another run begins at this step. */
function drawEditor(panel, view, lab) {
  const { role, parameter } = traceView.chosenOf(view);
  const [of, form] = [JSON.stringify([view.opened, parameter, view.language]), panel.querySelector(".edit")];
  const wanted = role === "parameter" && view.opened && panel.querySelector(".opened");
  if (form?.dataset.of === of && wanted) return;
  form?.remove();
  if (!wanted) return;
  const made = editor(parameter, view.opened, lab);
  made.dataset.of = of;
  panel.append(made);
}

function editor(parameter, index, lab) {
  const field = make("input", { type: "number", step: "any", value: String(entry.value.toPrecision(4)), id: "new-value" });
  const form = make("form", { className: "edit" }, make("label", {}, make("span", {}, `${lab.text("new_value")} `), field), make("button", {}, lab.text("fork")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    lab.editWeight({ parameter, index, value: Number(field.value) });
  });
  return form;
}
