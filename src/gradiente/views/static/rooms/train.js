// The room in which a network learns: the controls, the network, what it sees, and other runs beside it.

import * as confusion from "../confusion.js";
import * as controls from "../controls.js";
import * as curves from "../curves.js";
import * as decisions from "../decisions.js";
import { button, make, write } from "../elements.js";
import * as histograms from "../histograms.js";
import * as hover from "../hover.js";
import * as maps from "../maps.js";
import * as network from "../network.js";
import { written } from "../numbers.js";
import * as ownData from "../own_data.js";
import * as said from "../said.js";
import { TONES } from "../timeline.js";
import { columnsOf, matricesOf } from "../units.js";
import * as weight from "../weight.js";

const MEASURES = ["loss", "accuracy", "val_loss", "val_accuracy"];

export const plays = true;

export function build(element, lab) {
  lab.set({ pointed: null });
  const stage = make(
    "section",
    { id: "stage" },
    make("p", { id: "said" }),
    make("div", { id: "network", role: "group" }),
    make("form", { id: "weight" }),
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
  const handle = make("button", { id: "sheet", type: "button" }); // on a phone, where the controls lie over the page
  const aside = make("aside", {}, handle, make("div", { id: "controls" }), make("details", { id: "own" }));
  handle.setAttribute("aria-expanded", "false");
  handle.addEventListener("click", () => handle.setAttribute("aria-expanded", String(aside.classList.toggle("open"))));
  element.replaceChildren(aside, stage, sees);
  const form = element.querySelector("#weight");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [layer, ...index] = hover.pinned(lab.get()).at;
    lab.editWeight({ parameter: matricesOf(lab.get().runs[0])[layer], index, value: Number(element.querySelector("#weight-value").value) });
  });
  form.addEventListener("keydown", ({ key }) => key === "Escape" && hover.unpin(lab));
  hover.overNetwork(form, lab);
  hover.overNetwork(element.querySelector("#network"), lab);
}

export const keys = (lab) => ({ Escape: () => hover.unpin(lab) });

export const received = (message, lab) => hover.received(message, lab, questionOf);

/** What the server is asked about what is shown. */
function questionOf(state) {
  const what = hover.shown(state);
  if (what?.kind === "point" && state.runs[what.at[0]]?.plane) return { do: "at-point", run: what.at[0], x: what.at.slice(1) };
  if (what?.kind === "link" && isThere(what, state)) return { do: "last-change", parameter: matricesOf(state.runs[0])[what.at[0]], index: what.at.slice(1) };
  return null;
}

/** Whether the first run's network has a unit, or a link, as it is drawn. */
function isThere(what, { runs: [run] }) {
  const sizes = matricesOf(run).map((name) => run.shapes[name]);
  const [place, ...rest] = what.at;
  if (!what.at.every(Number.isInteger)) return false;
  if (what.kind === "link") return rest.every((i, axis) => i >= 0 && i < Math.min(network.MOST, sizes[place]?.[axis] ?? 0));
  const units = place === 0 ? sizes[0]?.[1] : sizes[place - 1]?.[0];
  return rest[0] >= 0 && rest[0] < Math.min(network.MOST, units ?? 0);
}

export function draw(element, state, lab) {
  const { text } = lab;
  controls.render(element.querySelector("#controls"), { ...state, text, change: lab.change, choose: (mode) => lab.set({ mode }) });
  write(element.querySelector("#sheet"), text("sheet"));
  write(element.querySelector("#sees-title"), text("sees"));
  element.querySelector("#network").setAttribute("aria-label", text("network"));
  drawOwn(element.querySelector("#own"), state, lab);
  drawDownloads(element.querySelector("#downloads"), state, lab);
  if (!state.frame) return;
  const { runs: shown } = state.frame;
  const columns = drawNetwork(element, state, lab);
  drawSaid(element.querySelector("#said"), state, lab);
  const found = decisions.mapsOf(state, columns, lab);
  const built = (map, i) => found[i].run !== undefined && hover.overMap(map, found[i].run, lab);
  maps.render(element.querySelector("#maps"), { maps: found, quiet: state.frame.playing, built });
  hover.ask(lab, questionOf);
  if (shown[0].arrays.confusion && found[0]?.run !== 0) {
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

/** Draw the first run's network where its weights are known, and answer its columns. */
function drawNetwork(element, state, lab) {
  const [run, { arrays }] = [state.runs[0], state.frame.runs[0]];
  const matrices = matricesOf(run);
  const weights = matrices.map((name) => arrays[`w.${name}`]);
  const [stage, form] = [element.querySelector("#network"), element.querySelector("#weight")];
  stage.hidden = form.hidden = !matrices.length || weights.some((each) => !each);
  if (stage.hidden) return null;
  const columns = columnsOf(run, arrays, matrices);
  const [shown, pinned] = [hover.shown(state), hover.pinned(state)].map((what) => (what && what.kind !== "point" && isThere(what, state) ? what : null));
  network.render(stage, { columns, weights, shown, pinned });
  const { language, answer } = state;
  weight.render(form, { shown, pinned, run, arrays, columns, matrices, drawn: network.MOST, answer, language, text: lab.text });
  return columns;
}

function drawSaid(element, { frame, runs, beside, chosen, mode, folder, language }, lab) {
  const values = frame.runs.map((run) => run.values);
  const names = beside.map((other) => decisions.named(other, runs[0], lab.text));
  const goTo = (step) => lab.ask({ do: "go-to", step });
  said.render(element, { runs: values, names, chosen, mode, isChosen: !folder, language, text: lab.text, change: lab.change, goTo });
}

function drawMeasures(element, shown, { language }, text) {
  const rows = MEASURES.filter((name) => name in shown[0].values.measures).flatMap((name) => {
    const values = shown.map(({ values: { measures } }) => measures[name]);
    const written_ = values.map((value) => (name.endsWith("accuracy") && value !== undefined ? `${written(100 * value, 3, language)} %` : written(value, 4, language)));
    return [["dt", text(name)], ...written_.map((value) => ["dd", value])];
  });
  element.style.gridTemplateColumns = `1fr repeat(${shown.length}, auto)`;
  const kinds = rows.map(([kind]) => kind).join();
  if (element.dataset.kinds !== kinds) element.replaceChildren(...rows.map(([kind]) => make(kind)));
  element.dataset.kinds = kinds;
  rows.forEach(([, words], i) => write(element.children[i], words));
}

function drawCurves(element, { frame, language }, text) {
  const quiet = frame.playing;
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
    if (found.length) curves.render(figure, { title: text(names[0]), log, language, quiet, epoch: text("epochs"), series: found });
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
