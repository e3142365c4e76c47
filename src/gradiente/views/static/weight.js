// The line under the network: the numbers of the unit or the link that is shown; the weights of a unit that is pinned, and
// a new value for a weight that is pinned.

import { make } from "./elements.js";
import { written } from "./numbers.js";
import { numberName } from "./units.js";

/**
 * @param {HTMLFormElement} form whose content it is
 * @param {{shown: {kind: string, at: number[]} | null, pinned: {kind: string, at: number[]} | null, run: object,
 *   arrays: object, columns: object[], matrices: string[], drawn: number, answer: object | null, language: string,
 *   text: (key: string) => string}} state shown, pinned: a unit or a link; drawn: units of a layer; answer: the last one
 *   about a link
 */
export function render(form, { shown, pinned, run, arrays, columns, matrices, drawn, answer, language, text }) {
  const signature = JSON.stringify([pinned, run.shapes, language]);
  if (form.dataset.signature !== signature) {
    form.dataset.signature = signature;
    const hadFocus = form.contains(document.activeElement);
    form.replaceChildren(make("output"), ...(pinned ? { unit: weightsOf, link: edit }[pinned.kind](...pinned.at) : []));
    if (hadFocus) form.querySelector("input, button")?.focus();
  }
  const parts = shown ? { unit: ofUnit, link: ofLink }[shown.kind](...shown.at) : [text("point")];
  const output = form.querySelector("output");
  output.classList.toggle("hint", !shown);
  if (output.dataset.parts !== parts.join()) {
    output.dataset.parts = parts.join();
    output.replaceChildren(...parts.map((part) => make("span", {}, part)));
  }
  for (const made of form.querySelectorAll("[data-link]")) made.textContent = valueOf(...made.dataset.link.split(",").map(Number));

  function entry(kind, parameter, ...index) {
    const array = arrays[`${kind}.${parameter}`];
    return array?.data[index.reduce((at, i, axis) => at * array.shape[axis] + i, 0)];
  }

  function valueOf(layer, to, from) {
    return `${numberName(run, matrices[layer], [to, from])} = ${written(entry("w", matrices[layer], to, from), 4, language)}`;
  }

  function ofLink(layer, to, from) {
    const isAnswered = answer?.kind === "last-change" && answer.parameter === matrices[layer] && String(answer.index) === String([to, from]);
    const change = isAnswered ? written(answer.change, 3, language) : "…";
    return [valueOf(layer, to, from), `∂J/∂w = ${written(entry("g", matrices[layer], to, from), 3, language)}`, `${text("last_change")} ${change}`];
  }

  function ofUnit(column, unit) {
    const bias = matrices[column - 1]?.replace("weight", "bias");
    const value = entry("w", bias, unit);
    return [columns[column].label(unit), ...(value === undefined ? [] : [`${numberName(run, bias, [unit])} = ${written(value, 4, language)}`])];
  }

  function weightsOf(column, unit) {
    const sources = column ? Math.min(columns[column - 1].units, drawn) : 0;
    return Array.from({ length: sources }, (_, from) => {
      const made = make("button", { type: "button" });
      made.dataset.link = [column - 1, unit, from].join();
      return made;
    });
  }

  function edit(layer, to, from) {
    const value = entry("w", matrices[layer], to, from).toPrecision(4);
    const field = make("input", { id: "weight-value", type: "number", step: "any", value });
    const name = `${text("new_value")} ${numberName(run, matrices[layer], [to, from])}`;
    return [make("label", {}, make("span", {}, name), field), make("button", {}, text("fork"))];
  }
}
