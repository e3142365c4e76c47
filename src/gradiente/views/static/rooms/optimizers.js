// Optimizers: several of them descend one surface from one start; what each does at every step, and its rule.

import { dark, ofClass } from "../colour.js";
import * as chart from "../steps_chart.js";
import * as decay from "../decay.js";
import { button, make } from "../elements.js";
import { read, write } from "../notation.js";
import { written } from "../numbers.js";
import * as racer from "../racer.js";
import { remarkOn } from "../racer_remark.js";
import * as surface from "../surface.js";

const KINDS = ["valley", "rosenbrock", "beale", "saddle", "line", "slice"];
const WITH_DATA = ["line", "slice"];
const BATCHES = { all: null, mini: 8, one: 1 };
const LENGTHS = [50, 100, 200, 500, 1000, 2000];
const MOST = 10; // optimizers at once
const FIRST = {
  valley: "SGD(lr=0.015);course.Momentum(lr=0.06);course.RMSprop(lr=0.03);Adam(lr=0.1)",
  rosenbrock: "SGD(lr=0.001);course.Momentum(lr=0.003);course.RMSprop(lr=0.02);Adam(lr=0.1)",
  beale: "SGD(lr=0.003);course.Momentum(lr=0.01);course.RMSprop(lr=0.03);Adam(lr=0.1)",
  saddle: "SGD(lr=0.1);course.Momentum(lr=0.1);course.RMSprop(lr=0.02);Adam(lr=0.05)",
  line: "SGD(lr=0.05);course.Momentum(lr=0.05);course.RMSprop(lr=0.05);Adam(lr=0.1)",
  slice: "SGD(lr=0.05);course.Momentum(lr=0.1);course.RMSprop(lr=0.03);Adam(lr=0.05)",
};
const RATES = { SGD: 0.01, Adadelta: 1, "course.Momentum": 0.05, "course.Nesterov": 0.05 }; // of an added one; of others 0.1
const SECONDS = 6; // from the first step to the last, when it plays
const FEW = 10; // steps that are shown instead, where motion is to be reduced

let concepts = null;
let ground = null; // the surface that came last, and what it was asked with
let paths = null; // likewise, and the surface that they are on
let rules = null;
let wanted = {}; // of each kind of question the newest, as text; the next one is sent when an answer has come
let asked = {};
let waiting = false;
let session = 0; // in which it was asked
let playing = null;

const QUESTIONS = ["surface", "descend", "concepts", "rules"]; // in the order in which they are asked

export function build(element, lab) {
  [ground, paths, rules, wanted, asked, waiting] = [null, null, null, {}, {}, false];
  stop(lab);
  lab.ask({ do: "pause" });
  const part = (id, ...content) => make("div", { id }, ...content);
  const range = make("input", { type: "range", id: "o-step", min: 0, step: 1 });
  range.addEventListener("input", () => goTo(Number(range.value), lab));
  const toggle = button("▶", "", () => togglePlay(lab), { id: "o-play" });
  const figure = (id) => {
    const canvas = make("canvas", { id });
    canvas.addEventListener("pointerdown", (event) => goTo(stepAt(canvas, event, lab), lab));
    return make("figure", {}, make("figcaption", { id: `${id}-title` }), canvas);
  };
  const add = button("+", "", () => addOne(lab), { id: "o-add" });
  element.replaceChildren(
    make("section", { id: "o-controls" }, part("o-choices"), part("o-decay")),
    make(
      "section",
      { id: "o-stage" },
      part("o-equation"),
      part("o-surface"),
      part("o-player", toggle, range, make("output", { id: "o-where" })),
      part("o-legend"),
      make("p", { id: "o-cut", hidden: true }),
      part("o-charts", figure("o-losses"), figure("o-distances")),
      make("table", { id: "o-table" }),
    ),
    make("aside", { id: "o-racers" }, part("o-cards"), add),
  );
}

export function keys(lab) {
  return {
    " ": () => togglePlay(lab),
    ArrowRight: () => goTo(stepOf(lab.get()) + 1, lab),
    ArrowLeft: () => goTo(stepOf(lab.get()) - 1, lab),
    Home: () => goTo(0, lab),
    End: () => goTo(lengthOf(lab.get()), lab),
  };
}

export function received(message, lab) {
  waiting = false;
  if (message.kind === "paths" && lab.get().error) lab.set({ error: "" });
  if (message.kind === "concepts") concepts = message;
  if (message.kind === "surface") ground = { ...message, asked: asked.surface };
  if (message.kind === "paths") paths = { ...message, paths: message.paths.map((path, i) => ({ ...path, ...arraysOf(message, path, i) })), on: ground };
  if (message.kind === "rules") rules = message;
  lab.set({});
}

function arraysOf({ arrays }, { slots, diverged }, place) {
  const data = (name) => arrays[`${place}.${name}`].data;
  const listed = Object.entries(slots).map(([name, letter]) => ({ name, letter, values: data(`slot.${name}`) }));
  const moment = listed.find(({ name }) => name === "m")?.values;
  return { diverged, slots: listed, moment, points: data("points"), losses: data("losses"), gradients: data("gradients"), rates: data("rates") };
}

// What the address says.

const kindOf = ({ place }) => (KINDS.includes(place.surface) ? place.surface : "valley");
const racersOf = ({ place }) => (place.race || FIRST[kindOf({ place })]).split(";").filter(Boolean).slice(0, MOST);
const lengthOf = ({ place }) => (LENGTHS.includes(Number(place.steps)) ? Number(place.steps) : 200);
const stepOf = (state) => Math.max(0, Math.min(lengthOf(state), Number(state.place.t ?? 0) || 0));
const conditioningOf = ({ place }) => Math.max(1, Math.min(1000, Number(place.kappa ?? 50) || 50));
const groundOf = (state) => ({
  kind: kindOf(state),
  conditioning: conditioningOf(state),
  directions: state.place.directions === "way" ? "way" : "random",
  seed: state.chosen.seed,
});

function startOf(state) {
  const given = (state.place.from ?? "").split(",").map(Number);
  return given.length === 2 && given.every(Number.isFinite) && state.place.from ? given : ground.start;
}

function goTo(step, lab) {
  lab.setPlace({ t: String(Math.max(0, Math.min(lengthOf(lab.get()), Math.round(step)))) });
}

function setRacers(racers, lab) {
  lab.setPlace({ race: racers.join(";") });
}

function addOne(lab) {
  const racers = racersOf(lab.get());
  const names = racers.map((notation) => notation.split("(")[0]);
  const { name } = concepts.optimizers.find((one) => !names.includes(one.name)) ?? concepts.optimizers[0];
  setRacers([...racers, `${name}(lr=${RATES[name] ?? 0.1})`], lab);
}

// What is asked of the server: one question at a time, always the newest.

function ask(lab) {
  const state = lab.get();
  const on = groundOf(state);
  if (state.session !== session) [session, asked, waiting] = [state.session, {}, false];
  if (state.error) waiting = false;
  if (!session || waiting || (on.kind === "slice" && !state.frame)) return;
  const run = on.kind === "slice" ? [state.chosen, state.frame.runs[0].values.step] : [];
  wanted.concepts = concepts ? asked.concepts : "{}";
  wanted.surface = JSON.stringify([{ ground: on }, ...run]);
  const fresh = ground?.asked === wanted.surface;
  if (fresh) {
    const batch_size = WITH_DATA.includes(on.kind) ? (BATCHES[state.place.of] ?? null) : null;
    const options = { schedule: state.place.decay || null, batch_size, seed: state.chosen.seed, steps: lengthOf(state) };
    wanted.descend = JSON.stringify([{ ground: on, start: startOf(state), optimizers: racersOf(state), ...options }, ...run]);
    if (!playing) wanted.rules = JSON.stringify([{ optimizers: racersOf(state), t: stepOf(state) + 1 }]);
  }
  const kind = QUESTIONS.find((each) => wanted[each] !== undefined && wanted[each] !== asked[each]);
  if (!kind) return;
  asked[kind] = wanted[kind];
  waiting = true;
  lab.ask({ do: kind, ...(kind === "concepts" ? {} : JSON.parse(wanted[kind])[0]) });
}

// Playing.

function togglePlay(lab) {
  if (playing) return stop(lab);
  const length = lengthOf(lab.get());
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const first = stepOf(lab.get()) >= length ? 0 : stepOf(lab.get());
  const began = performance.now();
  const next = (now) => {
    if (lab.get().room !== "optimizers") return stop(lab);
    const part = Math.max(0, now - began) / 1000 / SECONDS;
    const step = first + length * (still ? Math.floor(part * FEW) / FEW : part);
    goTo(step, lab);
    if (step >= length) return stop(lab);
    playing = requestAnimationFrame(next);
  };
  playing = requestAnimationFrame(next);
}

function stop(lab) {
  cancelAnimationFrame(playing);
  playing = null;
  lab.set({});
}

// Drawing.

const toneOf = (i) => (dark() ? `color-mix(in srgb, ${ofClass(i)} 62%, white)` : ofClass(i));

export function draw(element, state, lab) {
  const { text } = lab;
  ask(lab);
  const by = (id) => element.querySelector(`#${id}`);
  const [length, at] = [lengthOf(state), stepOf(state)];
  drawChoices(by("o-choices"), state, lab);
  const name = playing ? text("pause") : text("play");
  by("o-play").textContent = playing ? "❚❚" : "▶";
  Object.assign(by("o-play"), { title: name, ariaLabel: name });
  Object.assign(by("o-step"), { max: length, value: at, ariaLabel: text("step") });
  by("o-where").textContent = `${text("step")} ${written(at, 6, state.language)} / ${written(length, 6, state.language)}`;
  by("o-add").textContent = `+ ${text("optimizers.add")}`;
  by("o-add").setAttribute("aria-label", text("optimizers.add"));
  by("o-add").disabled = !concepts || racersOf(state).length >= MOST;
  if (!ground || paths?.on !== ground) return;
  const factor = drawSurface(by("o-surface"), at, state, lab);
  if (by("o-equation").source !== ground.equation) {
    by("o-equation").source = ground.equation;
    by("o-equation").innerHTML = ground.equation;
  }
  const contours = text("optimizers.contours").replace("{factor}", written(factor, 2, state.language));
  by("o-legend").replaceChildren(
    ...["next", "gradient", "moment"].map((kind) => make("span", { className: kind }, text(`optimizers.arrow.${kind}`))),
    make("span", {}, contours),
  );
  drawCut(by("o-cut"), state, text);
  drawCharts(by, at, state, text);
  if (!concepts) return;
  drawCards(by("o-cards"), at, state, lab);
  const all = racersOf(state).map((notation) => parsed(notation, concepts.optimizers));
  decay.render(by("o-decay"), {
    schedule: state.place.decay ? parsed(state.place.decay, concepts.schedules) : null,
    concepts: concepts.schedules,
    series: paths.paths.map(({ rates }, i) => ({ values: rates, colour: toneOf(i) })),
    steps: length,
    at,
    rate: Number(all[0]?.values.lr),
    language: state.language,
    text,
    changed: (schedule) => lab.setPlace({ decay: schedule ? notationOf(schedule, concepts.schedules) : "" }),
  });
}

/** Of a slice in words: what J is of, and what the two directions are. */
function drawCut(element, state, text) {
  element.hidden = !ground.cut;
  if (element.hidden) return;
  const { directions } = groundOf(state);
  const show = (words) =>
    Object.entries(ground.cut).reduce((said, [name, count]) => said.replaceAll(`{${name}}`, written(count, 10, state.language)), words);
  const { instances, all } = ground.cut;
  const taken = instances < all ? text("optimizers.through_some") : text("optimizers.through_all");
  element.textContent = `${show(taken)} ${show(text(`optimizers.through.${directions}`))}`;
}

const fieldsOf = (name, among) => among.find((one) => one.name === name)?.fields ?? [];
const parsed = (notation, among) => read(notation, fieldsOf(notation.split("(")[0].trim(), among));

function notationOf({ name, values }, among) {
  if (Object.keys(values).length) return write({ name, values }, fieldsOf(name, among));
  const { example, fields } = among.find((one) => one.name === name);
  const isOptimizer = fields.some((field) => field.name === "lr");
  if (isOptimizer) return `${name}(lr=${RATES[name] ?? 0.1})`;
  if (!fields.some((field) => field.name === "cycle_momentum")) return example;
  return write({ name, values: { ...read(example, fields).values, cycle_momentum: "False" } }, fields); // not every rule has one
}

function lowestOf() {
  if (ground.lowest !== null) return ground.lowest;
  ground.least ??= ground.grid.data.reduce((least, value) => Math.min(least, Number.isNaN(value) ? least : value), Infinity);
  return ground.least;
}

/** The minima, or the lowest point of the grid. */
function minimaOf() {
  if (ground.minima.length) return ground.minima;
  if (!ground.found) {
    const { shape, data } = ground.grid;
    const at = data.indexOf(lowestOf());
    const coordinate = (part, axis) => ground.low[axis] + (part / (shape[0] - 1)) * (ground.high[axis] - ground.low[axis]);
    ground.found = [[coordinate(at % shape[0], 0), coordinate(Math.floor(at / shape[0]), 1)]];
  }
  return ground.found;
}

function drawSurface(element, at, state, lab) {
  ground.grid ??= ground.arrays.grid;
  return surface.render(element, {
    grid: ground.grid,
    low: ground.low,
    high: ground.high,
    lowest: lowestOf(),
    minima: minimaOf(),
    start: startOf(state),
    at,
    paths: paths.paths.map((path, i) => ({ ...path, colour: toneOf(i) })),
    language: state.language,
    label: lab.text("optimizers.start"),
    choose: (point) => lab.setPlace({ from: point.map((number) => String(Number(number.toPrecision(4)))).join(",") }),
  });
}

function seriesOf() {
  const floor = ground.lowest ?? 0;
  const minima = minimaOf();
  const distance = (points) =>
    Float64Array.from({ length: points.length / 2 }, (_, i) => Math.min(...minima.map(([x, y]) => Math.hypot(points[2 * i] - x, points[2 * i + 1] - y))));
  paths.series ??= paths.paths.map(({ losses, points }) => ({ losses: losses.map((loss) => loss - floor), distances: distance(points) }));
  return paths.series;
}

function drawCharts(by, at, state, text) {
  const known = ground.lowest !== null;
  by("o-losses-title").textContent = known ? text("optimizers.height") : text("optimizers.cost");
  by("o-distances-title").textContent = known ? text("optimizers.distance") : text("optimizers.distance_seen");
  for (const [id, name] of [["o-losses", "losses"], ["o-distances", "distances"]]) {
    const series = seriesOf().map((each, i) => ({ values: each[name].subarray(0, lengthOf(state) + 1), colour: toneOf(i) }));
    by(id).state = { series, steps: lengthOf(state), at, log: true, language: state.language };
    Object.assign(by(id), { role: "img", ariaLabel: by(`${id}-title`).textContent });
    chart.render(by(id), by(id).state);
  }
  const show = (values) => written(values[Math.min(at, values.length - 1)], 4, state.language);
  const cells = (kind, ...contents) => make("tr", {}, ...contents.map((content) => make(kind, {}, content)));
  const head = cells("th", "", text("optimizer"), by("o-losses-title").textContent, by("o-distances-title").textContent, "α");
  const rows = seriesOf().map(({ losses, distances }, i) => {
    const badge = make("span", { className: "badge" }, String(i + 1));
    badge.style.setProperty("--own", toneOf(i));
    return cells("td", badge, racersOf(state)[i]?.split("(")[0] ?? "", show(losses), show(distances), show(paths.paths[i].rates));
  });
  by("o-table").replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
}

function stepAt(canvas, event, lab) {
  if (!canvas.state) return stepOf(lab.get());
  const box = canvas.getBoundingClientRect();
  const { series, steps } = canvas.state;
  return chart.scales(canvas, series, steps, true).stepAt((event.clientX - box.left) / box.width);
}

function drawCards(element, at, state, lab) {
  const racers = racersOf(state);
  while (element.children.length > racers.length) element.lastChild.remove();
  while (element.children.length < racers.length) element.append(make("section", { className: "racer" }));
  const nameOf = (notation) => notation?.split("(")[0];
  racers.forEach((notation, i) => {
    racer.render(element.children[i], {
      number: i + 1,
      colour: toneOf(i),
      racer: parsed(notation, concepts.optimizers),
      concepts: concepts.optimizers,
      rule: nameOf(rules?.optimizers[i]) === nameOf(notation) ? rules?.rules[i] : undefined,
      path: paths.paths[i],
      at,
      remark: remarkOf(i, parsed(notation, concepts.optimizers), state, lab.text),
      language: state.language,
      text: lab.text,
      changed: (changed) => setRacers(racersOf(lab.get()).map((one, k) => (k === i ? notationOf(changed, concepts.optimizers) : one)), lab),
      removed: () => setRacers(racersOf(lab.get()).filter((_, k) => k !== i), lab),
    });
  });
}

function remarkOf(i, { values }, state, text) {
  if (!paths.paths[i]) return "";
  const about = { lr: Number(values.lr), curvature: paths.curvature, lowest: lowestOf(), steps: lengthOf(state) };
  return remarkOn(paths.paths[i], { ...about, language: state.language, text });
}

function drawChoices(element, state, lab) {
  const { text } = lab;
  const kind = kindOf(state);
  const signature = `${state.language} ${kind} ${state.place.directions} ${state.place.of} ${state.place.steps}`;
  if (element.signature !== signature) {
    element.signature = signature;
    const focused = document.activeElement?.id;
    const select = (id, label, options, value, chosen) => {
      const control = make("select", { id }, ...options.map(([key, name]) => new Option(name, key, false, key === value)));
      control.addEventListener("change", () => chosen(control.value));
      return make("label", {}, make("span", {}, label), control);
    };
    const named = (prefix, names) => names.map((name) => [name, text(`optimizers.${prefix}.${name}`)]);
    const controls = [
      make("h2", {}, text("optimizers.surface")),
      select("o-kind", "", named("kind", KINDS), kind, (surface) => lab.setPlace({ surface, from: "" })),
    ];
    controls[1].querySelector("select").setAttribute("aria-label", text("optimizers.surface"));
    if (kind === "valley") {
      const slider = make("input", { type: "range", id: "o-kappa", min: 0, max: 3, step: 0.02, value: Math.log10(conditioningOf(state)) });
      slider.addEventListener("input", () => lab.setPlace({ kappa: String(Number((10 ** Number(slider.value)).toPrecision(2))) }));
      controls.push(make("label", {}, make("span", {}, text("optimizers.conditioning")), slider, make("output")));
    }
    if (kind === "slice") {
      const change = (directions) => lab.setPlace({ directions, from: "" });
      controls.push(select("o-directions", text("optimizers.plane"), named("directions", ["random", "way"]), groundOf(state).directions, change));
    }
    if (WITH_DATA.includes(kind)) {
      controls.push(select("o-batch", text("optimizers.gradient_of"), named("batch", Object.keys(BATCHES)), state.place.of ?? "all", (of) => lab.setPlace({ of })));
    }
    const lengths = LENGTHS.map((length) => [String(length), written(length, 6, state.language)]);
    controls.push(select("o-length", text("optimizers.length"), lengths, String(lengthOf(state)), (steps) => lab.setPlace({ steps })));
    element.replaceChildren(...controls);
    if (focused) document.getElementById(focused)?.focus();
  }
  const output = element.querySelector("output");
  if (output) output.textContent = written(conditioningOf(state), 3, state.language);
}
