// What goes wrong with an optimizer on a surface, in words, with the numbers that show it.

import { written } from "./numbers.js";

const SLOW = 0.1; // of J: who has not come so far down by the end is called slow

/**
 * @param {{diverged: boolean, losses: ArrayLike<number>, points: ArrayLike<number>}} path
 * @param {{lr: number, curvature: number, lowest: number, steps: number, language: string,
 *   text: (key: string) => string}} about curvature: the largest of the surface, 0 where there is none; steps: of the race
 * @returns "" where nothing is to be said
 */
export function remarkOn({ diverged, losses, points }, { lr, curvature, lowest, steps, language, text }) {
  const show = (value, digits = 3) => written(value, digits, language);
  const left = points.length / 2; // the step that left
  const filled = (words, more = {}) =>
    Object.entries({ lr: show(lr), step: show(left, 6), steps: show(steps, 6), ...more }).reduce((said, [name, value]) => said.replaceAll(`{${name}}`, value), words);
  if (diverged && curvature > 0) return filled(text("optimizers.diverged"), { curvature: show(curvature), limit: show(2 / curvature) });
  if (diverged) return filled(text("optimizers.left"));
  const [first, end] = [losses[0], losses[Math.min(steps, losses.length - 1)]].map((loss) => loss - lowest);
  if (end > first) return filled(text("optimizers.rose"));
  const share = (first - end) / first;
  if (first > 0 && share < SLOW) return filled(text("optimizers.slow"), { share: show(100 * share, 2) });
  return "";
}
