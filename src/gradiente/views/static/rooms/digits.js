// Digits: a drawing, or an instance of the test data, as the network of the run reads it, layer by layer.

import * as activations from "../activations.js";
import * as bars from "../bars.js";
import { DEFAULTS } from "../config.js";
import { button, make } from "../elements.js";
import { written } from "../numbers.js";
import { fromText, makePad, render as renderPad, SIDE, toText } from "../pad.js";

// What a run on the spot is trained with.
const NETWORKS = {
  dense: { hidden: [32], convolutions: [] },
  convolutional: { hidden: [32], convolutions: [8] },
};
const TRAINED = { activations: ["ReLU()"], lr: 0.003, batch_size: "64", noise: 0 };
const PATIENCE = 2000; // milliseconds that an answer is waited for

export const plays = true;

let strokes = [];
let pen = null;
let reading = null; // the answer that came last
let asked = ""; // what it was asked for
let waitingSince = -Infinity;

export function build(element, lab) {
  strokes = fromText(lab.get().place.ink ?? "");
  pen = { x: SIDE / 2, y: SIDE / 4, down: false, shown: false };
  [reading, asked, waitingSince] = [null, "", -Infinity];
  const again = () => lab.set({});
  const ended = () => lab.setPlace({ ink: toText(strokes), instance: "" });
  const began = () => {
    if (lab.get().place.instance) lab.setPlace({ instance: "" });
    again();
  };
  const pad = makePad({ strokes: () => strokes, pen, drawn: began, ended });
  const undo = button("", "", () => {
    strokes.pop();
    ended();
  }, { id: "undo" });
  const clear = button("", "", () => {
    strokes = [];
    pen.down = false;
    ended();
  }, { id: "clear" });
  const instance = make("input", { type: "number", id: "instance", min: 0, step: 1 });
  instance.addEventListener("change", () => take(Number(instance.value), lab));
  const by = (step) => () => take((lab.get().place.instance ? Number(lab.get().place.instance) : step > 0 ? -1 : 1) + step, lab);
  const picker = make("label", {}, make("span", { id: "instance-label" }), button("‹", "", by(-1), { id: "before" }), instance, button("›", "", by(1), { id: "after" }));
  const train = button("", "", () => begin(lab), { id: "train-here" });
  element.replaceChildren(
    make(
      "section",
      { id: "given" },
      make("h2", { id: "given-title" }),
      pad,
      make("p", { id: "pad-hint", className: "hint" }),
      make("div", { className: "row" }, undo, clear),
      picker,
      make("h2", { id: "network-title" }),
      make("p", { id: "network-now" }),
      make("div", { className: "row" }, make("select", { id: "train-data" }), make("select", { id: "train-network" }), train),
    ),
    make("section", { id: "inside" }, make("h2", { id: "inside-title" }), make("div", { id: "activations" })),
    make(
      "section",
      { id: "answer" },
      make("h2", { id: "answer-title" }),
      make("p", { id: "verdict" }),
      make("div", { id: "bars" }),
      make("h2", { id: "spoke-title" }),
      make("div", { id: "spoke" }),
      make("p", { id: "spoke-sum", className: "hint" }),
    ),
  );
  element.querySelector("#verdict").setAttribute("role", "status");
  element.querySelector("#pad").setAttribute("aria-describedby", "pad-hint");
}

export function received(message, lab) {
  if (message.kind !== "reading") return;
  reading = message;
  waitingSince = -Infinity;
  lab.set({});
}

function take(number, lab) {
  const last = (lab.get().runs[0]?.tested ?? 1) - 1;
  strokes = [];
  lab.setPlace({ ink: "", instance: String(Math.max(0, Math.min(last, Math.round(number) || 0))) });
}

function begin(lab) {
  const by = (id) => document.getElementById(id);
  lab.set({ mode: "open" });
  lab.change({ ...DEFAULTS, ...TRAINED, ...NETWORKS[by("train-network").value], name: by("train-data").value });
  lab.ask({ do: "play", speed: lab.get().speed });
}

const isOfImages = (run) => run?.image.length === 2 && run.task === "classification";

/** Ask what the network makes of it, when it, or the network, is another than it was; one question at a time. */
function ask(state, lab) {
  const [run, { instance, class: chosen }] = [state.runs[0], state.place];
  if (!isOfImages(run) || !state.frame) return;
  if (instance && Number(instance) >= run.tested) return;
  const k = chosen && Number(chosen) < run.classes.length ? Number(chosen) : null;
  const wanted = JSON.stringify([state.session, instance || strokes, k, state.frame.runs[0].values.step, run.layers, run.config]);
  if (wanted === asked || performance.now() < waitingSince + PATIENCE) return;
  asked = wanted;
  waitingSince = performance.now();
  lab.ask(instance ? { do: "read-instance", instance: Number(instance), chosen: k } : { do: "read-drawing", strokes, chosen: k });
}

export function draw(element, state, lab) {
  const by = (id) => element.querySelector(`#${id}`);
  const run = state.runs[0];
  const ready = isOfImages(run);
  ask(state, lab);
  drawWords(element, state, lab.text);
  drawChoices(by("train-data"), by("train-network"), state, lab.text);
  const shown = ready && reading && reading.classes.length === run.classes.length ? reading : null;
  renderPad(by("pad"), { strokes, pen, image: state.place.instance && shown ? shown.arrays.input : null });
  by("undo").disabled = by("clear").disabled = !strokes.length;
  for (const id of ["instance", "before", "after"]) by(id).disabled = !ready;
  if (document.activeElement !== by("instance")) by("instance").value = state.place.instance ?? "";
  by("instance").max = (run?.tested ?? 1) - 1;
  by("network-now").textContent = ready ? described(run, state, lab.text) : lab.text("digits.no_images");
  by("inside").hidden = by("answer").hidden = !shown;
  if (shown) drawReading(element, shown, state, lab);
}

function drawWords(element, { language }, text) {
  if (element.dataset.language === language && element.dataset.room === "digits") return;
  Object.assign(element.dataset, { language, room: "digits" });
  const by = (id) => element.querySelector(`#${id}`);
  by("given-title").textContent = text("digits.draw");
  by("pad").setAttribute("aria-label", text("digits.draw"));
  by("pad-hint").textContent = text("digits.pad_hint");
  by("undo").textContent = text("digits.undo");
  by("clear").textContent = text("clear");
  by("instance-label").textContent = text("digits.instance");
  by("network-title").textContent = text("network");
  by("train-here").textContent = text("digits.train");
  by("train-data").setAttribute("aria-label", text("name"));
  by("train-network").setAttribute("aria-label", text("network"));
  by("inside-title").textContent = text("digits.inside");
  by("answer-title").textContent = text("digits.answer");
  for (const [id, label] of [["undo", text("digits.undo")], ["clear", text("clear")], ["before", text("digits.before")], ["after", text("digits.after")], ["train-here", text("digits.train")]]) {
    by(id).title = label;
    by(id).setAttribute("aria-label", label);
  }
}

function drawChoices(data, network, { choices, language }, text) {
  const names = (choices.images ?? []).filter((name) => choices.data.includes(name));
  const signature = JSON.stringify([names, language]);
  if (data.dataset.signature === signature) return;
  data.dataset.signature = signature;
  const named = (name) => text(`data.${name.replace("-", "_")}`) || name;
  data.replaceChildren(...names.map((name) => make("option", { value: name }, named(name))));
  network.replaceChildren(...Object.keys(NETWORKS).map((name) => make("option", { value: name }, text(`digits.${name}`))));
}

function described(run, { frame, language }, text) {
  const { step, measures } = frame?.runs[0].values ?? { step: 0, measures: {} };
  const accuracy = measures.val_accuracy ?? measures.accuracy;
  const known = accuracy === undefined ? "" : ` · ${text("accuracy")} ${written(100 * accuracy, 3, language)} %`;
  return `${run.config.data.name} · ${run.layers.join(" → ")} · ${text("step")} ${written(step, 10, language)}${known}`;
}

function drawReading(element, shown, state, lab) {
  const { arrays, classes, chosen, label } = shown;
  const { language } = state;
  const { text } = lab;
  const by = (id) => element.querySelector(`#${id}`);
  const layers = shown.layers.map((name, i) => ({ name, values: arrays[`layer.${i}`] }));
  activations.render(by("activations"), { layers: [{ name: text("digits.input"), values: arrays.input }, ...layers], language });
  const best = shown.probabilities.indexOf(Math.max(...shown.probabilities));
  const verdict = shown.drawn ? [text("digits.reads").replace("{class}", classes[best])] : [text("digits.nothing")];
  if (label !== null) verdict.push(text("digits.label").replace("{class}", classes[label]));
  if (by("verdict").textContent !== verdict.join(" ")) by("verdict").textContent = verdict.join(" ");
  bars.render(by("bars"), {
    names: classes,
    values: shown.probabilities,
    chosen,
    right: label,
    language,
    title: (name) => text("digits.spoke").replace("{class}", name),
    choose: (place) => lab.setPlace({ class: state.place.class === String(place) ? "" : String(place) }),
  });
  by("spoke-title").textContent = text("digits.spoke").replace("{class}", classes[chosen]);
  activations.render(by("spoke"), { layers: [{ name: "xᵢ · ∂z/∂xᵢ", values: arrays.spoke }], language });
  const score = shown.scores[chosen];
  const [total, z, rest] = [shown.total, score, score - shown.total].map((value) => written(value, 4, language));
  by("spoke-sum").textContent = text("digits.sum").replace("{total}", total).replace("{score}", z).replace("{rest}", rest);
}
