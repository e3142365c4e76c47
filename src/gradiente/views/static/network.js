// The network: a column of units for each layer that has weights, each a small map of the plane; links as thick as |w|.

import { css } from "./colour.js";
import { drawMap } from "./plane.js";

const SVG = "http://www.w3.org/2000/svg";
export const MOST = 10; // units of a layer that are drawn

/**
 * @param {HTMLElement} element whose content is the picture
 * @param {{columns: {name: string, units: number, maps?: {side: number, data: Float32Array},
 *   label?: (unit: number) => string}[], weights: {shape: number[], data: Float32Array}[],
 *   choose?: (layer: number, to: number, from: number) => void, shown?: {kind: string, at: number[]} | null,
 *   pinned?: {kind: string, at: number[]} | null}} state columns from left to right, the weights between them, what a
 *   click on one does; the unit or link that is shown or pinned. A unit with a label is a button.
 */
export function render(element, { columns, weights, choose, shown, pinned }) {
  element.classList.add("network");
  const sizes = columns.map(({ units }) => Math.min(units, MOST));
  const signature = JSON.stringify([sizes, columns.map(({ name }) => name)]);
  if (element.dataset.signature !== signature) build(element, columns, sizes, signature);
  const places = placesOf(element, sizes);
  drawLinks(element.querySelector("svg"), places, sizes, weights, shown);
  element.querySelector("svg").onclick = ({ target }) => {
    if (target.dataset.link) choose?.(...target.dataset.link.split(",").map(Number));
  };
  columns.forEach(({ maps }, c) => {
    if (maps) drawUnits(element, c, sizes[c], maps);
    for (let i = 0; i < sizes[c]; i++) mark(element.querySelector(`[data-unit="${c}.${i}"]`), [c, i], shown, pinned);
  });
}

const is = (what, kind, at) => what?.kind === kind && String(what.at) === String(at);

function mark(canvas, at, shown, pinned) {
  canvas.classList.toggle("shown", is(shown, "unit", at));
  if (canvas.getAttribute("role") === "button") canvas.setAttribute("aria-pressed", is(pinned, "unit", at));
}

function build(element, columns, sizes, signature) {
  element.dataset.signature = signature;
  element.replaceChildren(document.createElementNS(SVG, "svg"));
  sizes.forEach((count, c) => {
    const column = document.createElement("div");
    column.className = "units";
    for (let i = 0; i < count; i++) {
      const canvas = document.createElement("canvas");
      canvas.dataset.unit = `${c}.${i}`;
      if (columns[c].label) {
        canvas.tabIndex = c || i ? -1 : 0;
        canvas.setAttribute("role", "button");
        canvas.setAttribute("aria-label", columns[c].label(i));
      }
      column.append(canvas);
    }
    const more = columns[c].units - count;
    const label = document.createElement("span");
    label.textContent = more > 0 ? `${columns[c].name} +${more}` : columns[c].name;
    column.append(label);
    element.append(column);
  });
}

function placesOf(element, sizes) {
  const around = element.getBoundingClientRect();
  return sizes.map((count, c) =>
    Array.from({ length: count }, (_, i) => {
      const box = element.querySelector(`[data-unit="${c}.${i}"]`).getBoundingClientRect();
      return { left: box.left - around.left, right: box.right - around.left, y: box.top + box.height / 2 - around.top };
    }),
  );
}

function drawLinks(svg, places, sizes, weights, shown) {
  const paths = [];
  weights.forEach(({ shape, data }, c) => {
    const largest = data.reduce((most, w) => Math.max(most, Math.abs(w)), 1e-9);
    for (let to = 0; to < sizes[c + 1]; to++) {
      for (let from = 0; from < sizes[c]; from++) {
        const w = data[to * shape[1] + from];
        const [a, b] = [places[c][from], places[c + 1][to]];
        const middle = (a.right + b.left) / 2;
        paths.push({ d: `M${a.right} ${a.y}C${middle} ${a.y} ${middle} ${b.y} ${b.left} ${b.y}`, w, size: Math.abs(w) / largest, link: [c, to, from].join() });
      }
    }
  });
  while (svg.childElementCount < paths.length) svg.append(document.createElementNS(SVG, "path"));
  while (svg.childElementCount > paths.length) svg.lastChild.remove();
  svg.classList.toggle("some", ["unit", "link"].includes(shown?.kind));
  paths.forEach(({ d, w, size, link }, i) => {
    const path = svg.children[i];
    const [layer, to, from] = link.split(",").map(Number);
    path.classList.toggle("shown", is(shown, "link", link) || is(shown, "unit", [layer, from]) || is(shown, "unit", [layer + 1, to]));
    if (path.getAttribute("d") !== d) path.setAttribute("d", d);
    if (path.dataset.link !== link) path.dataset.link = link;
    path.setAttribute("stroke", css(Math.sign(w) * (0.25 + 0.75 * size)));
    path.setAttribute("stroke-width", (0.4 + 3.6 * size).toFixed(2));
  });
}

function drawUnits(element, c, count, { side, data }) {
  const largest = data.reduce((most, a) => Math.max(most, Math.abs(a)), 1e-9);
  const scaled = new Float32Array(side * side);
  for (let i = 0; i < count; i++) {
    const from = i * side * side;
    for (let k = 0; k < scaled.length; k++) scaled[k] = data[from + k] / largest;
    drawMap(element.querySelector(`[data-unit="${c}.${i}"]`), side, scaled);
  }
}
