// The room in which a network learns: the controls, the network, what it sees, and other runs beside it.

import * as confusion from "../confusion.js";
import * as controls from "../controls.js";
import * as curves from "../curves.js";
import { button, make } from "../elements.js";
import * as histograms from "../histograms.js";
import * as network from "../network.js";
import { written } from "../numbers.js";
import * as ownData from "../own_data.js";
import { drawClasses, drawMap, drawPoints } from "../plane.js";
import { TONES } from "../timeline.js";

const PALE = 0.5; // the decision map, under the points
const MEASURES = ["loss", "accuracy", "val_loss", "val_accuracy"];

export const plays = true;

export function build(element, lab) {
  const stage = make(
    "section",
    { id: "stage" },
    make("p", { id: "said" }),
    make("div", { id: "network" }),
    make("form", { id: "weight", hidden: true }),
    make("div", { id: "layers" }),
  );
  const sees = make(
    "section",
    { id: "sees" },
    make("h2", { id: "sees-title" }),
    make("div", { id: "maps" }),
    make("div", { id: "confusion" }),
    make("dl", { id: "measures" }),
    make("figure", { id: "losses", className: "curves" }),
    make("figure", { id: "accuracies", className: "curves" }),
    make("div", { id: "downloads" }),
  );
  const aside = make("aside", {}, make("div", { id: "controls" }), make("details", { id: "own" }));
  element.replaceChildren(aside, stage, sees);
  element.querySelector("#weight").addEventListener("submit", (event) => {
    event.preventDefault();
    const value = Number(element.querySelector("#weight-value").value);
    const { parameter, index } = lab.get().weight;
    lab.editWeight({ parameter, index, value });
  });
}

export function draw(element, state, lab) {
  const { text } = lab;
  controls.render(element.querySelector("#controls"), { ...state, text, change: lab.change, choose: (mode) => lab.set({ mode }) });
  element.querySelector("#sees-title").textContent = text("sees");
  element.querySelector("#network").setAttribute("aria-label", text("network"));
  drawOwn(element.querySelector("#own"), state, lab);
  drawDownloads(element.querySelector("#downloads"), state, lab);
  if (!state.frame) return;
  const { runs: shown } = state.frame;
  drawNetwork(element, state, lab);
  drawSaid(element.querySelector("#said"), shown[0].values, text);
  drawMaps(element.querySelector("#maps"), state, lab);
  if (shown[0].arrays.confusion) {
    const { classes } = state.runs[0];
    confusion.render(element.querySelector("#confusion"), { classes, counts: shown[0].arrays.confusion, title: text("confusion") });
  } else element.querySelector("#confusion").replaceChildren();
  drawMeasures(element.querySelector("#measures"), shown, state, text);
  drawCurves(element, state, text);
  drawLayers(element.querySelector("#layers"), state.runs[0], shown[0].arrays, state.language, text);
}

function drawOwn(element, state, lab) {
  if (element.dataset.language === state.language) return;
  element.dataset.language = state.language;
  ownData.build(element, { text: lab.text, take: lab.takeTable });
}

function drawDownloads(element, state, lab) {
  if (element.dataset.language === state.language) return;
  element.dataset.language = state.language;
  const files = ["run", "torch", "csv"].map((what) => {
    const title = lab.text(`download.${what}`);
    return button(title, title, () => lab.ask({ do: "download", what }), { id: `download-${what}` });
  });
  const picture = button(lab.text("picture"), lab.text("picture"), () => {
    document.querySelector("#losses canvas").toBlob((blob) => lab.save("loss.png", blob));
  });
  element.replaceChildren(make("h2", {}, lab.text("take")), ...files, picture);
}

function drawNetwork(element, state, lab) {
  const [run, { arrays }] = [state.runs[0], state.frame.runs[0]];
  const names = Object.keys(run.shapes).filter((name) => run.shapes[name].length === 2);
  const weights = names.map((name) => arrays[`w.${name}`]);
  const stage = element.querySelector("#network");
  stage.hidden = !names.length || weights.some((weight) => !weight);
  if (stage.hidden) return;
  const choose = (layer, to, from) => lab.set({ weight: { parameter: names[layer], index: [to, from] } });
  network.render(stage, { columns: columnsOf(run, arrays, weights), weights, choose });
  drawWeight(element.querySelector("#weight"), state, lab);
}

/** The weight that was chosen: its value, its gradient, and a new value, with which another run begins here. */
function drawWeight(form, state, lab) {
  const { weight } = state;
  const { arrays } = state.frame.runs[0];
  const values = weight && arrays[`w.${weight.parameter}`];
  form.hidden = !values || weight.index[0] >= values.shape[0] || weight.index[1] >= values.shape[1];
  if (form.hidden) return;
  const at = weight.index[0] * values.shape[1] + weight.index[1];
  const key = `${weight.parameter}[${weight.index}]`;
  const gradient = arrays[`g.${weight.parameter}`]?.data[at];
  if (form.dataset.weight !== `${key}${state.language}`) {
    form.dataset.weight = `${key}${state.language}`;
    const field = make("input", { id: "weight-value", type: "number", step: "any" });
    form.replaceChildren(make("output"), make("label", {}, make("span", {}, lab.text("value")), field), make("button", {}, lab.text("fork")));
    field.value = values.data[at].toPrecision(4);
  }
  const shown = [`${key} = ${written(values.data[at], 4, state.language)}`, `∂J/∂w = ${written(gradient, 3, state.language)}`];
  form.querySelector("output").textContent = shown.join("   ");
}

function drawSaid(element, { remarks, ended }, text) {
  const [first] = remarks;
  const words = first && text(`remark.${first.key}`).replaceAll(/\{(\w+)\}/g, (_, name) => written(first.values[name], 3));
  const shown = ended || words || "";
  if (element.textContent !== shown) element.textContent = shown;
}

function drawMaps(element, state, lab) {
  const { frame, runs, beside } = state;
  const count = Math.min(runs.length, beside.length + 1);
  const signature = JSON.stringify([count, beside, state.language]);
  if (element.dataset.signature !== signature) {
    element.dataset.signature = signature;
    element.replaceChildren(...runs.slice(0, count).map((_, i) => mapOf(i, state, lab)));
  }
  frame.runs.slice(0, count).forEach(({ arrays }, i) => {
    const map = element.children[i];
    map.querySelector(".map").hidden = !arrays.decision;
    if (!arrays.decision) return;
    const [below, points] = map.querySelectorAll("canvas");
    const [side] = arrays.decision.shape;
    if (arrays.winner) drawClasses(below, side, arrays.winner.data, arrays.decision.data, PALE);
    else drawMap(below, side, arrays.decision.data, PALE);
    drawPoints(points, runs[i].plane, runs[i].plane.x, runs[i].plane.y);
  });
}

function mapOf(i, state, lab) {
  const caption = make("figcaption");
  if (state.runs.length > 1) {
    caption.append(make("span", { className: "tone", style: `background: var(${TONES[i]})` }), i ? named(state.beside[i - 1], lab.text) : lab.text("first"));
    if (i) caption.append(button("×", lab.text("drop"), () => lab.drop(i)));
  }
  return make("figure", {}, make("div", { className: "map" }, make("canvas"), make("canvas")), caption);
}

/** What is different in a run that was added. */
function named({ at, changes, edit }, text) {
  const words = Object.entries(changes).map(([key, value]) => `${key === "lr" ? "α" : text(key)} ${value}`.replace("()", ""));
  if (edit) words.push(`${edit.parameter}[${edit.index}] = ${edit.value}`);
  if (at !== null) words.push(`${text("step")} ${at}`);
  return words.join(", ");
}

function drawMeasures(element, shown, { language }, text) {
  const rows = MEASURES.filter((name) => name in shown[0].values.measures).flatMap((name) => {
    const values = shown.map(({ values: { measures } }) => measures[name]);
    const written_ = values.map((value) => (name.endsWith("accuracy") && value !== undefined ? `${written(100 * value, 3, language)} %` : written(value, 4, language)));
    return [make("dt", {}, text(name)), ...written_.map((value) => make("dd", {}, value))];
  });
  element.style.gridTemplateColumns = `1fr repeat(${shown.length}, auto)`;
  element.replaceChildren(...rows);
}

function drawCurves(element, { frame, language }, text) {
  const series = (names) =>
    frame.runs.flatMap(({ arrays, values }, i) =>
      names.filter((name) => arrays[`curve.${name}`]).map((name) => ({
        name: name.startsWith("val_") ? text("validation") : text("training"),
        tone: TONES[i],
        dashed: name.startsWith("val_"),
        every: values.every,
        values: arrays[`curve.${name}`].data,
      })),
    );
  for (const [id, names, log] of [["losses", ["loss", "val_loss"], true], ["accuracies", ["accuracy", "val_accuracy"], false]]) {
    const figure = element.querySelector(`#${id}`);
    const found = series(names);
    figure.hidden = !found.length;
    if (found.length) curves.render(figure, { title: text(names[0]), log, language, epoch: text("epochs"), series: found });
  }
}

function drawLayers(element, run, arrays, language, text) {
  const rows = [];
  run.layers.forEach((layer, i) => {
    if (arrays[`h.w.${i}.weight`]) {
      rows.push({ name: `${rows.length + 1} · ${layer}`, cells: { weights: arrays[`h.w.${i}.weight`], gradients: arrays[`h.g.${i}.weight`] } });
    } else if (arrays[`h.a.${i}`] && rows.length) Object.assign(rows.at(-1).cells, { activations: arrays[`h.a.${i}`] });
  });
  const kinds = ["weights", "activations", "gradients"].map((key) => ({ key, name: text(`kind.${key}`) }));
  histograms.render(element, { kinds, rows, language });
}

/** A column for the inputs, and one for each layer with weights: its units after their activation. */
function columnsOf(run, arrays, weights) {
  const [, inputs] = weights[0].shape;
  const columns = [{ name: "x", units: inputs, maps: arrays["map.x"] && mapsOf(arrays["map.x"]) }];
  run.layers.forEach((name, i) => {
    if (!run.shapes[`${i}.weight`] || run.shapes[`${i}.weight`].length !== 2) return;
    const next = run.shapes[`${i + 1}.weight`] || run.layers[i + 1] === undefined ? i : i + 1;
    const maps = arrays[`map.${next}`] ?? (columns.length === 1 ? arrays.pictures : undefined);
    columns.push({ name: columns.length === weights.length ? "ŷ" : `${columns.length}`, units: run.shapes[`${i}.weight`][0], maps: maps && mapsOf(maps) });
  });
  return columns;
}

const mapsOf = ({ shape, data }) => ({ side: shape[1], data });
