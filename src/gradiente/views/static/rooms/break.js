// Break it: a run with one mistake beside the right one; which quantity is wrong first, and by which mistake?

import * as activations from "../activations.js";
import * as curves from "../curves.js";
import { button, make } from "../elements.js";
import { written } from "../numbers.js";
import { drawClasses, drawMap, drawPoints } from "../plane.js";

const DATA = ["moons", "circles", "blobs", "xor"];
const ACTIVATIONS = ["tanh", "sigmoid", "relu"];
const LEVELS = ["explodes", "stalls", "learns"];
const RUNS = ["right", "broken"];
const TONES = { right: "--accent", broken: "--warm" };
const RIGHT_GUESS = 5; // points
const PALE = 0.5; // the decision map, under the points
const TICK = 120; // milliseconds from one moment to the next
const DIFFERS = 1e-5; // of the largest number: what is not rounding

let shown = null; // both runs
let where = null; // what came of the first guess
let told = null; // what the mistake is
let offered = { titles: [], codes: [] }; // all mistakes, for who chooses one
let asked = {}; // of each kind of question the last one
let turned = new Set();
let timer = 0;

export function build(element, lab) {
  [shown, where, told, asked, turned] = [null, null, null, {}, new Set()];
  offered = { titles: [], codes: [] };
  stop();
  const slider = make("input", { type: "range", id: "moment", min: 0, step: 1, ariaLabel: lab.text("step") });
  slider.addEventListener("input", () => {
    stop();
    lab.setPlace({ moment: slider.value });
  });
  const figures = RUNS.map((run) => make("figure", { id: `map-${run}` }, make("figcaption"), make("div", { className: "map" }, make("canvas"), make("canvas")), make("p")));
  element.replaceChildren(
    make("aside", { id: "setting" }),
    make(
      "section",
      { id: "both" },
      make("div", { id: "pair" }, ...figures),
      make("div", { id: "moments" }, button("▶", "", () => (timer ? stop(lab) : play(lab)), { id: "run-both" }), slider, make("output", { id: "moment-at" })),
      make("div", { id: "measured" }, make("figure", { id: "both-cost", className: "curves" }), make("figure", { id: "both-accuracy", className: "curves" })),
      make("h2", { id: "cards-title" }),
      make("div", { id: "cards" }),
    ),
    make("section", { id: "guess" }),
  );
}

export function keys(lab) {
  const by = (step) => () => {
    stop();
    go(momentOf(lab.get()) + step, lab);
  };
  return { ArrowRight: by(1), ArrowLeft: by(-1), Home: () => go(0, lab), " ": () => (timer ? stop(lab) : play(lab)) };
}

export function received(message, lab) {
  const kinds = {
    broken() {
      shown = message;
      if (!lab.get().place.moment) play(lab);
      if (isOpen(lab.get())) ask(lab, "tell", { guessed: null });
    },
    mistakes: () => (offered = message),
    where() {
      where = message;
      score(lab, message.right ? RIGHT_GUESS : 0);
    },
    told() {
      told = { ...message, right: message.right ?? told?.right ?? null };
      if (message.right !== null) score(lab, message.right ? RIGHT_GUESS : 0, 1);
    },
  };
  kinds[message.kind]?.();
  lab.set({});
}

const settingOf = ({ place }) => ({
  data: DATA.includes(place.on) ? place.on : DATA[0],
  activation: ACTIVATIONS.includes(place.g) ? place.g : ACTIVATIONS[0],
  level: LEVELS.includes(place.level) ? place.level : LEVELS[1],
  number: Math.max(0, Math.round(Number(place.number)) || 0),
});
const isChosen = ({ place }) => Boolean(place.mistake);
const isOpen = ({ place }) => isChosen({ place }) && place.told === "1";
const momentOf = ({ place }) => Math.max(0, Math.min(lastOf(), Number(place.moment || 0)));
const lastOf = () => (shown ? shown.runs.right.cost.length - 1 : 0);
const sitting = ({ sitting: kept }) => kept ?? { points: 0, rounds: 0 };

function score(lab, points, rounds = 0) {
  const before = sitting(lab.get());
  lab.set({ sitting: { points: before.points + points, rounds: before.rounds + rounds } });
}

function ask(lab, what, more) {
  const { data, activation, number } = settingOf(lab.get());
  lab.ask({ do: what, data, activation, mistake: shown.mistake, number, ...more });
}

function go(moment, lab) {
  lab.setPlace({ moment: String(Math.max(0, Math.min(lastOf(), moment))) });
}

function stop(lab) {
  clearInterval(timer);
  timer = 0;
  lab?.set({});
}

/** From moment to moment; from the start again where it is at the end. */
function play(lab) {
  stop();
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return go(lastOf(), lab);
  let moment = momentOf(lab.get()) < lastOf() ? momentOf(lab.get()) : 0;
  timer = setInterval(() => {
    if (lab.get().room !== "break" || moment >= lastOf()) return stop(lab);
    moment += 1;
    return go(moment, lab);
  }, TICK);
  return lab.set({});
}

/** Begin another round: with other settings, or another number. */
function begin(place, lab) {
  [shown, where, told, turned] = [null, null, null, new Set()];
  lab.setPlace({ moment: "", mistake: "", told: "", ...place });
}

function askAgain(state, lab) {
  if (!state.session) return;
  const { data, activation, level, number } = settingOf(state);
  const chosen = isChosen(state) ? state.place.mistake : null;
  const questions = {
    runs: [{ do: "break", data, activation, level, number, chosen }, isOpen(state)],
    titles: [{ do: "mistakes", data, activation, number }, state.language],
  };
  for (const [name, [question, more]] of Object.entries(questions)) {
    const wanted = JSON.stringify([state.session, question, more]);
    if (wanted === asked[name]) continue;
    asked[name] = wanted;
    lab.ask(question);
    if (name === "titles" && told) ask(lab, "tell", { guessed: null }); // in the other language
  }
}

export function draw(element, state, lab) {
  askAgain(state, lab);
  const by = (id) => element.querySelector(`#${id}`);
  drawSetting(by("setting"), state, lab);
  by("both").classList.toggle("waiting", !shown);
  if (!shown) return;
  const moment = momentOf(state);
  drawPair(element, moment, state, lab.text);
  drawMoment(element, moment, state, lab.text);
  drawCards(by("cards-title"), by("cards"), moment, state, lab);
  drawGuess(by("guess"), moment, state, lab);
}

function drawSetting(element, state, lab) {
  const { text } = lab;
  const setting = settingOf(state);
  const signature = JSON.stringify([setting, state.language, state.place.mistake, state.place.told, offered, sitting(state)]);
  if (element.dataset.signature === signature) return;
  element.dataset.signature = signature;
  const focused = document.activeElement?.id;
  const select = (id, label, options, value, named, take) => {
    const control = make("select", { id }, ...options.map((option) => make("option", { value: option, selected: option === value }, named(option))));
    control.addEventListener("change", () => take(control.value));
    return make("label", {}, make("span", {}, label), control);
  };
  const { points, rounds } = sitting(state);
  const another = button(text("break.another"), text("break.another"), () => begin({ number: String(setting.number + 1) }, lab), { id: "another" });
  const { titles, codes } = offered;
  const named = (code) => (code === "" ? text("break.guess") : (titles[codes.indexOf(code)] ?? ""));
  const telling = make("input", { type: "checkbox", id: "b-told", checked: isOpen(state), disabled: !isChosen(state) });
  telling.addEventListener("change", () => begin({ mistake: lab.get().place.mistake, told: telling.checked ? "1" : "" }, lab));
  element.replaceChildren(
    make("p", { id: "score" }, text("break.score").replace("{points}", written(points)).replace("{rounds}", String(rounds))),
    another,
    select("b-level", text("break.level"), LEVELS, setting.level, (level) => text(`break.level.${level}`), (level) => begin({ level }, lab)),
    select("b-data", text("name"), DATA, setting.data, (name) => text(`data.${name}`) || name, (on) => begin({ on }, lab)),
    select("b-activation", text("activations"), ACTIVATIONS, setting.activation, (name) => name, (g) => begin({ g }, lab)),
    make("h2", {}, text("break.teach")),
    make("p", { className: "hint" }, text("break.teach_hint")),
    select("b-chosen", text("break.mistake"), ["", ...codes], state.place.mistake ?? "", named, (mistake) => begin({ mistake, told: mistake && "1" }, lab)),
    make("label", { className: "check" }, telling, make("span", {}, text("break.tell"))),
    make("p", { className: "hint" }, text("break.tell_hint")),
  );
  if (focused) document.getElementById(focused)?.focus();
}

function drawPair(element, moment, { language }, text) {
  const { plane, arrays, runs } = shown;
  for (const run of RUNS) {
    const figure = element.querySelector(`#map-${run}`);
    const { cost, accuracy } = runs[run];
    const at = Math.min(moment, cost.length - 1);
    const ended = cost.length <= moment;
    figure.querySelector("figcaption").textContent = text(`break.${run}`);
    const measures = `J = ${written(cost[at], 3, language)} · ${text("accuracy")} ${written(100 * accuracy[at], 3, language)} %`;
    figure.querySelector("p").textContent = ended ? text("break.ended").replace("{step}", String((at + 1) * shown.every)) : measures;
    const [below, points] = figure.querySelectorAll("canvas");
    const map = arrays[`map.${run}`];
    const [, side] = map.shape;
    const from = at * side * side;
    const shares = map.data.subarray(from, from + side * side);
    const winners = arrays[`winner.${run}`]?.data.subarray(from, from + side * side);
    if (winners) drawClasses(below, side, winners, Float32Array.from(shares, (share) => share / 255), PALE);
    else drawMap(below, side, Float32Array.from(shares, (share) => (2 * share) / 255 - 1), PALE);
    drawPoints(points, plane, plane.x, plane.y);
  }
}

function drawMoment(element, moment, { language }, text) {
  const by = (id) => element.querySelector(`#${id}`);
  const step = written(moment * shown.every, 10, language);
  by("moment").max = lastOf();
  by("moment").value = moment;
  by("moment").setAttribute("aria-label", text("step"));
  by("moment").setAttribute("aria-valuetext", step);
  by("moment-at").textContent = `${text("step")} ${step}`;
  by("run-both").textContent = timer ? "❚❚" : "▶";
  by("run-both").title = timer ? text("pause") : text("play");
  by("run-both").setAttribute("aria-label", timer ? text("pause") : text("play"));
  for (const [id, measure, name, log] of [["both-cost", "cost", text("loss"), true], ["both-accuracy", "accuracy", text("accuracy"), false]]) {
    const series = RUNS.map((run) => ({
      name: text(`break.${run}`),
      tone: TONES[run],
      dashed: run === "broken",
      every: shown.every,
      values: shown.runs[run][measure].slice(0, moment + 1).map((value) => value ?? NaN),
    }));
    curves.render(by(id), { title: name, log, language, epoch: text("step"), series });
  }
}

/** Both values of a quantity at a moment; null where there is none, since the run has ended. */
function valuesAt(name, moment) {
  const both = RUNS.map((run) => {
    const { shape, data } = shown.arrays[`${run}.${name}`];
    const size = shape.slice(1).reduce((product, n) => product * n, 1);
    const at = Math.min(moment, shape[0] - 1);
    return { shape: shape.length > 1 ? shape.slice(1) : [1], data: data.slice(at * size, (at + 1) * size) };
  });
  const largest = Math.max(...both[0].data.map(Math.abs), 1e-30);
  const off = both[0].data.reduce((most, value, i) => Math.max(most, Math.abs(value - both[1].data[i])), 0);
  return { both, off, largest, differs: !(off <= DIFFERS * largest) };
}

function drawCards(title, element, moment, state, lab) {
  const { text } = lab;
  title.textContent = text("break.cards");
  const signature = JSON.stringify([shown.mistake, shown.quantities, state.language, Boolean(told)]);
  if (element.dataset.signature !== signature) {
    element.dataset.signature = signature;
    element.replaceChildren(
      ...shown.quantities.map(({ name, label }) => {
        const face = button(label, text("break.turn").replace("{quantity}", label), () => turn(name, lab));
        return make("div", { className: "card", id: `card-${name}` }, face, make("div"), make("p"));
      }),
    );
  }
  for (const { name, label } of shown.quantities) {
    const card = element.querySelector(`#card-${name}`);
    const open = turned.has(name);
    card.classList.toggle("turned", open);
    card.querySelector("button").setAttribute("aria-expanded", String(open));
    if (!open) {
      card.querySelector("div").replaceChildren();
      delete card.querySelector("div").dataset.signature;
      card.querySelector("p").textContent = "";
      continue;
    }
    const { both, off, largest, differs } = valuesAt(name, moment);
    const layers = RUNS.map((run, i) => ({ name: `${label}, ${text(`break.${run}`)}`, values: both[i] }));
    activations.render(card.querySelector("div"), { layers, language: state.language });
    const words = differs ? text("break.off") : text("break.same");
    card.querySelector("p").textContent = words.replace("{off}", written(off, 3, state.language)).replace("{largest}", written(largest, 3, state.language));
    card.classList.toggle("differs", differs);
  }
}

/** Turn a card over, for a point; once it is known what the mistake is, for none. */
function turn(name, lab) {
  if (!turned.has(name) && !told) score(lab, -1);
  if (turned.has(name)) turned.delete(name);
  else turned.add(name);
  lab.set({});
}

function drawGuess(element, moment, state, lab) {
  const { text } = lab;
  const signature = JSON.stringify([shown.mistake, where, told, state.language, told && moment]);
  if (element.dataset.signature === signature) return;
  element.dataset.signature = signature;
  const parts = [];
  if (told) parts.push(...answer(moment, state, text));
  else if (where) {
    parts.push(make("p", { className: "told" }, (where.right ? text("break.where_right") : text("break.where_wrong")).replace("{where}", where.where)));
    parts.push(make("h2", {}, text("break.what")));
    parts.push(...where.titles.map((title, guessed) => button(title, title, () => ask(lab, "tell", { guessed }), { className: "choice" })));
  } else {
    parts.push(make("h2", {}, text("break.where")), make("p", { className: "hint" }, text("break.rules")));
    const places = shown.quantities.filter(({ name }) => name !== "J");
    parts.push(make("div", { className: "places" }, ...places.map(({ name, label }) => button(label, label, () => ask(lab, "guess-where", { where: name }), { className: "place" }))));
  }
  element.replaceChildren(...parts);
  element.setAttribute("aria-live", "polite");
}

/** A paragraph of words and formulas. */
function set(className, pieces) {
  return make("p", { className }, ...pieces.map(([kind, content]) => (kind === "math" ? make("span", { innerHTML: content }) : content)));
}

function answer(moment, { language }, text) {
  const { right, said, why, formula, level } = told;
  const cosine = shown.cosines[Math.min(moment, shown.cosines.length - 1)];
  const parts = [make("h2", {}, text("break.answer"))];
  if (right !== null) parts.push(make("p", { className: "told" }, right ? text("break.what_right") : text("break.what_wrong")));
  parts.push(set("mistake", said));
  if (formula) parts.push(make("p", {}, text("break.right_formula")), make("div", { className: "formula", innerHTML: formula }));
  parts.push(set("why", why), make("p", { className: "hint" }, text(`break.level.${level}`)));
  parts.push(make("h2", {}, text("break.why_learns")), make("p", { className: "cosine" }, `cos = ${written(cosine, 3, language)}`));
  const words = cosine === null ? text("break.cos_none") : cosine > 0.05 ? text("break.cos_down") : cosine < -0.05 ? text("break.cos_up") : text("break.cos_across");
  parts.push(make("p", {}, words));
  return parts;
}
