// The decay of the learning rate: a schedule, its formula, and α by step; a point of a simple one is dragged.

import * as chart from "./steps_chart.js";
import { make } from "./elements.js";
import * as fields from "./fields.js";
import { makeHandle, place } from "./handle.js";

const within = (low, value, high) => Math.max(low, Math.min(high, value));
const short = (number) => String(Number(number.toPrecision(3)));
const whole = (number) => String(Math.max(1, Math.round(number)));

// Of the schedules with a point to drag: the step and the factor of α₀ where it is, and what it means to put it elsewhere.
const POINTS = {
  ConstantLR: [({ total_iters: T, factor }) => [+T, +factor], (t, factor) => ({ total_iters: whole(t), factor: short(within(0.01, factor, 1)) })],
  StepLR: [({ step_size: n, gamma }) => [+n, +gamma], (t, factor) => ({ step_size: whole(t), gamma: short(within(0.01, factor, 1)) })],
  LinearLR: [({ total_iters: T, end_factor: e }) => [+T, +e], (t, factor) => ({ total_iters: whole(t), end_factor: short(within(0, factor, 1)) })],
  ExponentialLR: [({ gamma }, steps) => [steps / 2, gamma ** (steps / 2)], (t, factor, steps) => ({ gamma: short(within(0.001, factor, 1) ** (2 / steps)) })],
  InverseTimeLR: [
    ({ decay_rate: k }, steps) => [steps / 2, 1 / (1 + (k * steps) / 2)],
    (t, factor, steps) => ({ decay_rate: short(((1 / within(0.01, factor, 1) - 1) * 2) / steps) }),
  ],
  PolynomialLR: [
    ({ total_iters: T, power }) => [T / 2, 0.5 ** power],
    (t, factor) => ({ total_iters: whole(2 * t), power: short(Math.log(within(0.01, factor, 0.95)) / Math.log(0.5)) }),
  ],
  CosineAnnealingLR: [
    ({ T_max: T, eta_min: low }, steps, rate) => [+T, low / rate],
    (t, factor, steps, rate) => ({ T_max: whole(t), eta_min: short(within(0, factor, 1) * rate) }),
  ],
  CosineAnnealingWarmRestarts: [
    ({ T_0: T, eta_min: low }, steps, rate) => [+T, low / rate],
    (t, factor, steps, rate) => ({ T_0: whole(t), eta_min: short(within(0, factor, 1) * rate) }),
  ],
  WarmupLR: [({ total_iters: T }) => [+T, 1], (t) => ({ total_iters: whole(t) })],
};

/**
 * @param {{schedule: {name: string, values: object} | null, concepts: object[], series: object[], steps: number, at: number,
 *   rate: number, language: string, text: (key: string) => string, changed: (schedule: object | null) => void}} state
 *   `series` of α by step, `rate` α₀ of the first
 */
export function render(element, state) {
  const signature = `${state.schedule?.name} ${state.language} ${state.concepts.length}`;
  element.state = state;
  if (element.dataset.signature !== signature) build(element, signature);
  if (state.schedule) element.show(state.schedule.values);
  const canvas = element.querySelector("canvas");
  chart.render(canvas, { series: state.series, steps: state.steps, at: state.at, log: false, language: state.language });
  const point = POINTS[state.schedule?.name];
  element.handle.hidden = !point || !(state.rate > 0);
  if (element.handle.hidden) return;
  const [step, factor] = point[0](state.schedule.values, state.steps, state.rate);
  const parts = chart.scales(canvas, state.series, state.steps, false).partsOf(within(0, step, state.steps), factor * state.rate);
  place(element.handle, ...parts, state.text("optimizers.point"));
}

function build(element, signature) {
  const { schedule, concepts, text } = element.state;
  element.dataset.signature = signature;
  const concept = concepts.find(({ name }) => name === schedule?.name);
  const names = make("select", { id: "decay-name" }, new Option(text("optimizers.no_decay"), ""));
  for (const { name } of concepts) names.append(new Option(name, name, false, name === schedule?.name));
  names.addEventListener("change", () => element.state.changed(names.value ? { name: names.value, values: {} } : null));
  const options = make("div", { className: "fields" });
  const canvas = make("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", text("optimizers.rates"));
  const picture = make("div", { className: "picture-of-rates" }, canvas);
  element.show = fields.build(options, concept?.fields ?? [], (name, value) => change(element, { [name]: value }), "decay");
  element.handle = makeHandle(picture, (across, down) => drag(element, canvas, across, down));
  element.replaceChildren(
    make("h2", {}, text("optimizers.decay")),
    make("label", {}, make("span", {}, text("optimizers.schedule")), names),
    make("div", { className: "rule", innerHTML: concept?.equation ?? "" }),
    options,
    picture,
  );
}

function change(element, values) {
  const { state } = element;
  state.schedule = { ...state.schedule, values: { ...state.schedule.values, ...values } }; // as in the racers
  state.changed(state.schedule);
}

function drag(element, canvas, across, down) {
  const { schedule, series, steps, rate } = element.state;
  const point = POINTS[schedule?.name];
  if (!point || !(rate > 0)) return;
  const { stepAt, valueAt } = chart.scales(canvas, series, steps, false);
  change(element, point[1](within(1, stepAt(across), steps), valueAt(down) / rate, steps, rate));
}
