// A map of the plane: what a unit, or the network, answers in every point, and the data on it.

import { index, ofClass, palette, paperAnd } from "./colour.js";

/** Draw a map, of values from −1 to 1, into a canvas of its own resolution; below 1, `strength` makes it paler. */
export function drawMap(canvas, side, values, strength = 1) {
  const colours = new Uint32Array(palette().buffer);
  drawPixels(canvas, side, (at) => colours[index(strength * values[at])]);
}

/** Draw the most probable class of every point, the paler the less probable it is. */
export function drawClasses(canvas, side, winners, probabilities, strength) {
  const mixed = new Map();
  drawPixels(canvas, side, (at) => {
    const share = Math.round(64 * probabilities[at]);
    const key = 100 * winners[at] + share;
    if (!mixed.has(key)) mixed.set(key, paperAnd(ofClass(winners[at]), (strength * share) / 64));
    return mixed.get(key);
  });
}

function drawPixels(canvas, side, colourAt) {
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < side; row++) {
    const from = (side - 1 - row) * side; // the plane's second axis points up
    for (let column = 0; column < side; column++) pixels[row * side + column] = colourAt(from + column);
  }
  context.putImageData(image, 0, 0);
}

/** Draw points of classes over a plane that goes from `low` to `high`, and a ring at a point that is marked. */
export function drawPoints(canvas, { low, high }, x, y, mark) {
  const ratio = devicePixelRatio || 1;
  const size = Math.round(canvas.clientWidth * ratio);
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, size, size);
  const radius = Math.max(2, size / 130);
  context.lineWidth = Math.max(1, ratio * 0.8);
  const style = getComputedStyle(canvas);
  context.strokeStyle = style.getPropertyValue("--paper");
  const circle = ([x1, x2], r) => {
    context.beginPath();
    context.arc(((x1 - low[0]) / (high[0] - low[0])) * size, (1 - (x2 - low[1]) / (high[1] - low[1])) * size, r, 0, 2 * Math.PI);
  };
  for (let i = 0; i < y.length; i++) {
    circle([x[2 * i], x[2 * i + 1]], radius);
    context.fillStyle = ofClass(y[i]);
    context.fill();
    context.stroke();
  }  if (!mark) return;
  context.strokeStyle = style.getPropertyValue("--ink");
  context.lineWidth = 1.5 * ratio;
  circle(mark, 3 * radius);
  context.stroke();
}
