// A surface from above: the colour and the contours on a logarithmic scale of the height over the lowest point.

import { dark, index, palette } from "./colour.js";

const STRENGTH = 0.3; // of the colour of the highest point
const MOST_LINES = 16;
const DEPTH = 1e-6; // of the highest point: what is lower is not told apart

/**
 * Draw a grid of heights, from the lowest row up; where they are drawn already, nothing is done.
 *
 * @param {{shape: number[], data: ArrayLike<number>}} grid
 * @returns {number} how many times as high as a contour the next one is
 */
export function drawHeights(canvas, grid, lowest) {
  const size = Math.round(canvas.clientWidth * (devicePixelRatio || 1));
  const signature = `${size} ${dark()}`;
  if (canvas.grid === grid && canvas.signature === signature) return canvas.factor;
  Object.assign(canvas, { grid, signature, width: size, height: size });
  const side = grid.shape[0];
  const heights = Float64Array.from(grid.data, (value) => value - lowest);
  const high = heights.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, value) : most), 0) || 1;
  const low = Math.max(DEPTH * high, heights.reduce((least, value) => (value > 0 ? Math.min(least, value) : least), high) / 2);
  const levels = heights.map((value) => Math.log10(Math.max(low, Math.min(high, Number.isNaN(value) ? high : value))));
  const [from, to] = [Math.log10(low), Math.log10(high)];
  paint(canvas, side, (at) => (STRENGTH * (levels[at] - from)) / (to - from || 1));
  const step = (to - from) / MOST_LINES > 0.25 ? ((to - from) / MOST_LINES > 0.5 ? 1 : 0.5) : 0.25;
  const context = canvas.getContext("2d");
  context.strokeStyle = getComputedStyle(canvas).getPropertyValue("--ink");
  context.globalAlpha = 0.3;
  context.lineWidth = Math.max(1, size / 900);
  for (let level = Math.ceil(from / step) * step; level < to; level += step) contour(context, side, levels, level, size);
  context.globalAlpha = 1;
  canvas.factor = 10 ** step;
  return canvas.factor;
}

function paint(canvas, side, strengthAt) {
  const small = new OffscreenCanvas(side, side);
  const image = new ImageData(side, side);
  const [pixels, colours] = [new Uint32Array(image.data.buffer), new Uint32Array(palette().buffer)];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      pixels[row * side + column] = colours[index(strengthAt((side - 1 - row) * side + column))];
    }
  }
  small.getContext("2d").putImageData(image, 0, 0);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  const cell = canvas.width / (side - 1); // a point of the grid is the middle of its pixel
  context.drawImage(small, -cell / 2, -cell / 2, side * cell, side * cell);
}

/** The line on which the grid has one level: through each cell between points above and below it. */
function contour(context, side, levels, level, size) {
  const cell = size / (side - 1);
  context.beginPath();
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const at = row * side + column;
      const [a, b, c, d] = [levels[at], levels[at + 1], levels[at + side + 1], levels[at + side]];
      const crossings = [];
      if (a < level !== b < level) crossings.push([column + (level - a) / (b - a), row]);
      if (b < level !== c < level) crossings.push([column + 1, row + (level - b) / (c - b)]);
      if (d < level !== c < level) crossings.push([column + (level - d) / (c - d), row + 1]);
      if (a < level !== d < level) crossings.push([column, row + (level - a) / (d - a)]);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        context.moveTo(crossings[i][0] * cell, size - crossings[i][1] * cell);
        context.lineTo(crossings[i + 1][0] * cell, size - crossings[i + 1][1] * cell);
      }
    }
  }
  context.stroke();
}
