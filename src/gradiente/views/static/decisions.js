// What the runs decide in every point, as maps: each run's own, in place of the first a unit's, and how far two are apart.

import { button, make } from "./elements.js";
import { shown } from "./hover.js";
import { written } from "./numbers.js";
import { TONES } from "./timeline.js";
import { mapOf, numberName } from "./units.js";

const PALE = 0.5; // a decision map, under the points
const FEW = 4; // classes whose probabilities are all written

/** The maps of a state, as maps.js takes them, and of which `run` each is; `columns`: of the first run's network. */
export function mapsOf(state, columns, lab) {
  const { frame, runs, beside, language } = state;
  const count = Math.min(frame.runs.length, runs.length, beside.length + 1);
  const maps = [];
  for (let i = 0; i < count; i++) {
    const { decision, winner } = frame.runs[i].arrays;
    const plane = runs[i].plane ?? undefined;
    const about = { run: i, key: `${i}${count > 1}${language}${JSON.stringify(beside[i - 1] ?? "")}`, label: lab.text("map"), heading: headingOf(i, count, state, lab), strength: PALE, plane, said: [] };
    const unit = i === 0 ? unitMap(state, columns, lab.text) : null;
    if (unit) maps.push({ ...about, ...unit });
    else if (decision) maps.push({ ...about, side: decision.shape[0], values: decision.data, winners: winner?.data, ...atPoint(i, state, lab.text) });
  }
  const difference = differenceOf(count - 1, state, lab.text);
  return difference ? [...maps, difference] : maps;
}

function headingOf(i, count, { runs, beside }, lab) {
  if (count === 1) return [];
  const tone = make("span", { className: "tone", style: `background: var(${TONES[i]})` });
  return i ? [tone, named(beside[i - 1], runs[0], lab.text), button("×", lab.text("drop"), () => lab.drop(i))] : [tone, lab.text("first")];
}

/** What is different in a run that was added. */
export function named({ at, changes, edit }, run, text) {
  const words = Object.entries(changes).map(([key, value]) => `${key === "lr" ? "α" : text(key)} ${value}`.replaceAll("()", ""));
  if (edit) words.push(`${numberName(run, edit.parameter, edit.index)} = ${edit.value}`);
  if (at !== null) words.push(`${text("step")} ${at}`);
  return words.join(", ");
}

/** The map of the unit that is shown. */
function unitMap(state, columns, text) {
  const what = shown(state);
  const column = what?.kind === "unit" && columns?.[what.at[0]];
  const map = column && mapOf(column, what.at[1]);
  if (!map) return null;
  const largest = written(map.largest, 2, state.language);
  return { ...map, strength: 1, said: [column.mapLabel(what.at[1]), text("unit_scale").replaceAll("{largest}", largest)] };
}

/** What the server says of the point that is shown. */
function atPoint(i, { answer, pointed, place, language }, text) {
  const what = shown({ pointed, place });
  if (what?.kind !== "point" || what.at[0] !== i) return {};
  const mark = what.at.slice(1);
  if (answer?.kind !== "at-point" || answer.run !== i || !answer.estimate) return { mark };
  const list = (values) => (values.length === 1 ? number(values[0]) : `(${values.map(number).join(", ")})`);
  const number = (value) => written(value, 3, language);
  const said = [`x = ${list(answer.x)}`, estimateOf(answer.estimate)];
  if (answer.near) {
    const { y, estimate, loss } = answer.near;
    said.push(`${text("near")} y = ${Array.isArray(y) ? list(y) : y}`, estimateOf(estimate), `L = ${number(loss)}`);
  }
  return { mark, said };

  function estimateOf(estimate) {
    if (estimate.length <= FEW) return `ŷ = ${list(estimate)}`;
    const most = estimate.reduce((best, value, k) => (value > estimate[best] ? k : best), 0);
    return `ŷ[${most}] = ${number(estimate[most])}`;
  }
}

/** The decision of a run that was added, less the first one's; of several classes, the one that it decides for instead. */
function differenceOf(i, { frame, runs, language }, text) {
  if (i < 1 || JSON.stringify([runs[0].plane?.low, runs[0].plane?.high]) !== JSON.stringify([runs[i].plane?.low, runs[i].plane?.high])) return null;
  const [first, other] = [frame.runs[0].arrays, frame.runs[i].arrays];
  if (!first.decision || !other.decision || Boolean(first.winner) !== Boolean(other.winner)) return null;
  const about = { key: `difference${i}${language}`, label: text("difference_map"), heading: [text("difference_map")], side: first.decision.shape[0], plane: runs[0].plane, strength: 1, isWide: true };
  if (first.winner) {
    const differs = first.winner.data.map((winner, k) => Number(winner !== other.winner.data[k]));
    const share = written((100 * differs.reduce((sum, each) => sum + each, 0)) / differs.length, 3, language);
    return { ...about, values: differs, winners: other.winner.data, said: [text("differ_classes").replace("{share}", share)] };
  }
  const values = first.decision.data.map((p, k) => (other.decision.data[k] - p) / 2);
  const largest = values.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  if (Number.isNaN(largest)) return null; // of a run that has diverged
  return { ...about, values, said: [text("differ").replace("{largest}", written(largest, 2, language))] };
}
