// A learning rate, typed or dragged: a box, and a slider of powers of ten.

import { make } from "./elements.js";

const POWERS = [-5, 1]; // of ten: what the slider reaches

/**
 * @param {(value: string) => void} changed
 * @param {"input" | "change"} dragging the slider's event that calls it: while it is dragged, or when it is left
 */
export function makeRate(id, label, changed, dragging) {
  const box = make("input", { id, type: "text", inputMode: "decimal" });
  const slider = make("input", { id: `${id}-slider`, type: "range", min: POWERS[0], max: POWERS[1], step: 0.05 });
  for (const each of [box, slider]) each.setAttribute("aria-label", label);
  box.addEventListener("change", () => box.value.trim() && changed(box.value.trim()));
  slider.addEventListener("input", () => (box.value = String(Number((10 ** Number(slider.value)).toPrecision(2)))));
  slider.addEventListener(dragging, () => changed(box.value));
  return { box, slider };
}

/** Where the slider stands for a rate. */
export const powerOf = (value) => Math.log10(Number(value) || 10 ** POWERS[0]);
