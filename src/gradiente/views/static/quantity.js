// A quantity of a step: its numbers as a matrix, or as a picture where they are many.

import { css } from "./colour.js";
import { make } from "./elements.js";
import { written } from "./numbers.js";
import { drawPixels, largestOf, layoutOf, pointedAt } from "./picture.js";

const WRITTEN = 400; // numbers that are written out

/**
 * @param {{name: string, label: string, shape: number[], values: {shape: number[], data: ArrayLike<number>},
 *   opened: number[] | null, language: string, open: (index: number[]) => void}} state
 */
export function render(element, state) {
  const { shape, data } = state.values;
  if (data.length <= WRITTEN && shape.length <= 2) drawTable(element, state);
  else drawPicture(element, state, shape, data);
}

/** The number that has the focus keeps it. */
function drawTable(element, state) {
  const focused = element.getRootNode().activeElement;
  const place = element.contains(focused) ? focused.dataset.place : undefined;
  element.replaceChildren(table(state));
  if (place !== undefined) element.querySelector(`[data-place="${place}"]`)?.focus({ preventScroll: true });
}

function table({ label, shape, values, opened, language, open }) {
  const [rows, columns] = values.shape;
  const largest = largestOf(values.data);
  const places = shape.length < 2 ? (i, j) => (shape.length ? [j] : []) : (i, j) => [i, j];
  const body = make("tbody");
  for (let i = 0; i < rows; i++) {
    const row = make("tr");
    for (let j = 0; j < columns; j++) {
      const [place, value] = [places(i, j), values.data[i * columns + j]];
      const cell = make("button", { type: "button" }, written(value, 4, language));
      cell.addEventListener("click", () => open(place));
      cell.dataset.place = place.join(",");
      cell.style.setProperty("--tint", css(value / largest));
      cell.style.setProperty("--size", Math.abs(value / largest).toFixed(3));
      if (opened && place.join() === opened.join()) cell.setAttribute("aria-current", "true");
      row.append(make("td", {}, cell));
    }
    body.append(row);
  }
  const made = make("table", { className: "matrix" }, body);
  made.setAttribute("aria-label", label);
  made.addEventListener("keydown", walk);
  return made;
}

/** The arrows go from number to number. */
function walk(event) {
  const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const cell = event.target.closest("td");
  if (!move || !cell) return;
  const rows = [...cell.closest("tbody").rows];
  const next = rows[rows.indexOf(cell.parentElement) + move[0]]?.cells[cell.cellIndex + move[1]];
  event.preventDefault();
  event.stopPropagation();
  next?.querySelector("button").focus();
}

function drawPicture(element, { label, shape: own, opened, open }, shape, data) {
  const layout = layoutOf(shape);
  let canvas = element.querySelector("canvas");
  if (!canvas) {
    canvas = make("canvas", { className: "picture", tabIndex: 0 });
    canvas.setAttribute("role", "img");
    element.replaceChildren(canvas, make("p", { className: "scale" }));
  }
  canvas.setAttribute("aria-label", label);
  canvas.style.aspectRatio = `${layout.width} / ${layout.height}`;
  canvas.style.width = `min(100%, ${Math.max(240, 2 * layout.width)}px)`;
  const largest = largestOf(data);
  drawPixels(canvas, layout, data, largest);
  element.querySelector(".scale").textContent = `±${largest.toPrecision(3)}`;
  if (opened) mark(canvas.getContext("2d"), layout, opened, shape);
  canvas.onclick = (event) => {
    const place = pointedAt(canvas, layout, event);
    if (place) open(own.length < 2 ? place.slice(-1) : place);
  };
  canvas.onkeydown = (event) => {
    const move = { ArrowLeft: [-1, -1], ArrowRight: [-1, 1], ArrowUp: [-2, -1], ArrowDown: [-2, 1] }[event.key];
    if (!move && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    const place = opened ? [...opened] : own.map(() => 0);
    if (move && opened && place.length + move[0] >= 0) {
      const axis = place.length + move[0];
      place[axis] = Math.max(0, Math.min(own[axis] - 1, place[axis] + move[1]));
    }
    open(place);
  };
}

function mark(context, layout, opened, shape) {
  const place = opened.length < 2 ? [0, opened[0] ?? 0] : opened;
  const before = place.slice(0, -2).reduce((tile, i, axis) => tile * shape[axis] + i, 0);
  const [y, x] = layout.at(before, ...place.slice(-2));
  const size = Math.max(2, layout.width / 60);
  context.strokeStyle = getComputedStyle(context.canvas).getPropertyValue("--ink");
  context.lineWidth = Math.max(1, layout.width / 250);
  context.strokeRect(x + 0.5 - size, y + 0.5 - size, 2 * size, 2 * size);
}
