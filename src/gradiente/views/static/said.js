// What is said of the runs, one remark at a time, and beside it the change that mends it, where one is likely to.

import { activationsOf } from "./config.js";
import { button, make, write } from "./elements.js";
import { written } from "./numbers.js";

const SQUASHING = ["Sigmoid()", "Tanh()"];
const WITHOUT_BOUND = "ReLU()";
const LEAKY = "LeakyReLU()";
const [PENALTY, NORM] = [0.001, 1];

/**
 * @param {HTMLElement} element whose content it is
 * @param {{runs: object[], names: string[], chosen: object, mode: string, isChosen: boolean, language: string,
 *   text: (key: string) => string, change: (changes: object) => void, goTo: (step: number) => void}} state
 *   runs: the values of each; names: of those after the first; isChosen: whether the first is what is chosen
 */
export function render(element, { runs, names, chosen, mode, isChosen, language, text, change, goTo }) {
  const [first] = runs;
  const other = runs.findIndex(({ ended }) => ended);
  const [remark] = first.remarks;
  const words = sentence(first.ended) || (other > 0 ? `${names[other - 1]}: ${runs[other].ended}` : wordsOf(remark));
  const mend = mendOf();
  if (!element.childElementCount) element.append(make("span"), make("span", { className: "mend" }));
  const [said, place] = element.children;
  write(said, words);
  const signature = JSON.stringify([mend?.label, mend?.changes, mend?.step]);
  if (place.dataset.signature === signature) return;
  place.dataset.signature = signature;
  const act = () => (mend.changes ? change(mend.changes) : goTo(mend.step));
  place.replaceChildren(...(mend ? [button(mend.label, mend.label, act, { id: "mend" })] : []));

  function wordsOf(one) {
    if (!one) return "";
    return text(`remark.${one.key}`).replaceAll(/\{(\w+)\}/g, (_, name) => written(one.values[name], 3, language));
  }

  function mendOf() {
    if (first.ended && first.best !== null) return { step: first.best, label: text("mend.best") };
    if (!isChosen || (!first.ended && other > 0)) return null;
    const key = first.ended ? "diverged" : remark?.key;
    const found = { diverged, dead, saturated, vanishing, exploding }[key]?.();
    return found ? { changes: found.changes, label: text(`mend.${mode}`).replace("{change}", found.name) } : null;
  }

  function diverged() {
    const lr = Number((chosen.lr / 10).toPrecision(3));
    return chosen.schedule ? null : { changes: { lr }, name: `α = ${lr}` }; // a schedule may set α by itself
  }

  function dead() {
    return activated(["ReLU()"], LEAKY);
  }

  function saturated() {
    return chosen.l2 ? null : { changes: { l2: PENALTY }, name: `L2, λ = ${PENALTY}` };
  }

  function vanishing() {
    return activated(SQUASHING, WITHOUT_BOUND);
  }

  function exploding() {
    return chosen.clip ? null : { changes: { clip: NORM }, name: `‖g‖ ≤ ${NORM}` };
  }

  /** Other activations; another network cannot go on from where this one is. */
  function activated(these, instead) {
    const now = activationsOf(chosen);
    if (mode === "fork" || !now.some((each) => these.includes(each))) return null;
    return { changes: { activations: now.map((each) => (these.includes(each) ? instead : each)) }, name: instead.replace("()", "") };
  }
}

export const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);
