// What each layer holds: activations, weights and gradients as histograms, from −largest to largest, a row a layer.

import { make, write } from "./elements.js";
import { written } from "./numbers.js";

/**
 * @param {{kinds: {key: string, name: string}[], language: string,
 *   rows: {name: string, cells: Record<string, {data: ArrayLike<number>} | undefined>}[]}} state the counts of equal parts,
 *   then the largest absolute value
 */
export function render(element, { kinds, rows, language }) {
  const signature = JSON.stringify([kinds, rows.map(({ name, cells }) => [name, Object.keys(cells)])]);
  if (element.dataset.signature !== signature) {
    element.dataset.signature = signature;
    const head = make("tr", {}, make("td"), ...kinds.map(({ name }) => make("th", { scope: "col" }, name)));
    const body = rows.map(({ name, cells }) =>
      make("tr", {}, make("th", { scope: "row" }, name), ...kinds.map(({ key }) => make("td", {}, ...(cells[key] ? [make("canvas"), make("small")] : [])))),
    );
    element.replaceChildren(make("table", { className: "histograms" }, make("thead", {}, head), make("tbody", {}, ...body)));
  }
  const lines = element.querySelectorAll("tbody tr");
  rows.forEach(({ cells }, i) => {
    kinds.forEach(({ key }, k) => {
      if (cells[key]) drawHistogram(lines[i].cells[k + 1], cells[key].data, language);
    });
  });
}

function drawHistogram(cell, data, language) {
  const [counts, largest] = [data.slice(0, -1), data.at(-1)];
  const canvas = cell.querySelector("canvas");
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const [below, above, rule] = ["--warm", "--accent", "--rule"].map((name) => style.getPropertyValue(name));
  const most = Math.max(1, ...counts);
  context.clearRect(0, 0, width, height);
  const part = width / counts.length;
  counts.forEach((count, i) => {
    context.fillStyle = i < counts.length / 2 ? below : above;
    const tall = Math.sqrt(count / most) * (height - ratio);
    context.fillRect(i * part + 0.5, height - tall, part - 1, tall);
  });
  context.fillStyle = rule;
  context.fillRect(0, height - ratio, width, ratio);
  write(cell.querySelector("small"), `±${written(largest, 2, language)}`);
}
