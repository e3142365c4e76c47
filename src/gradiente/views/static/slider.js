// A hyperparameter, typed or dragged: a box, and a slider on a scale that suits its values.

import { make } from "./elements.js";

const STEP = 0.05; // of a slider
const short = (value) => String(Number(value.toPrecision(2)));

/** Powers of ten from 10^low on; with `zero`, the left end is 0. */
const powers = (low, high, zero = false) => ({
  range: [zero ? low - STEP : low, high],
  at: (value) => (value > 0 ? Math.log10(value) : low - STEP),
  value: (at) => (at < low ? "0" : short(10 ** at)),
});
// Of an average that decays: 0, 0.9, 0.99, 0.999 are equally far apart.
const decay = {
  range: [0, 4],
  at: (value) => -Math.log10(Math.max(1 - value, 1e-4)),
  value: (at) => String(Number((1 - Number(short(10 ** -at))).toFixed(6))),
};
const share = { range: [0, 1], at: Number, value: (at) => short(at) };

export const RATE = powers(-5, 1);
const [SMALL, STRENGTH] = [powers(-12, 0), powers(-5, 1, true)];

/** By a hyperparameter's name. */
export const SCALES = {
  lr: RATE,
  ...{ momentum: decay, beta: decay, betas: decay, rho: decay, alpha: decay },
  ...{ dampening: share, gamma: share, factor: share, start_factor: share, end_factor: share, pct_start: share },
  ...{ eps: SMALL, weight_decay: STRENGTH, lr_decay: STRENGTH, initial_accumulator_value: STRENGTH, momentum_decay: STRENGTH, decay_rate: STRENGTH },
};

/**
 * @param {(value: string) => void} changed
 * @param {"input" | "change"} dragging the slider's event that calls it: while it is dragged, or when it is left
 */
export function makeSlider(id, label, scale, changed, dragging) {
  const box = make("input", { id, type: "text", inputMode: "decimal" });
  const [min, max] = scale.range;
  const slider = make("input", { id: `${id}-slider`, type: "range", min, max, step: STEP });
  for (const each of [box, slider]) each.setAttribute("aria-label", label);
  const show = (value) => {
    if (box !== document.activeElement) box.value = value;
    if (slider === document.activeElement) return;
    slider.value = scale.at(Number(value) || 0);
    slider.setAttribute("aria-valuetext", box.value);
  };
  box.addEventListener("change", () => box.value.trim() && changed(box.value.trim()));
  slider.addEventListener("input", () => {
    box.value = scale.value(Number(slider.value));
    slider.setAttribute("aria-valuetext", box.value);
  });
  slider.addEventListener(dragging, () => changed(box.value));
  return { box, slider, show };
}
