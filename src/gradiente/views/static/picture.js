// Numbers as a picture: each a pixel of the one code of colour; the matrices of more axes as tiles.

import { index, palette } from "./colour.js";

const GAP = 1; // pixels between tiles

/** Where a number of an array is in its picture: a matrix as it is, the matrices of more axes as tiles. */
export function layoutOf(shape) {
  const [height, width] = shape.slice(-2);
  const before = shape.slice(0, -2);
  const tiles = before.reduce((product, n) => product * n, 1);
  const across = Math.ceil(Math.sqrt((tiles * height) / width));
  const [stepDown, stepAcross] = [height + GAP, width + GAP];
  const columns = Math.min(tiles, Math.max(1, across));
  const rows = Math.ceil(tiles / columns);
  return {
    width: columns * stepAcross - GAP,
    height: rows * stepDown - GAP,
    at: (tile, i, j) => [Math.floor(tile / columns) * stepDown + i, (tile % columns) * stepAcross + j],
    placeAt(y, x) {
      const tile = Math.floor(y / stepDown) * columns + Math.floor(x / stepAcross);
      const [i, j] = [y % stepDown, x % stepAcross];
      if (tile >= tiles || i >= height || j >= width) return null;
      const place = [i, j];
      for (let rest = tile, axis = before.length - 1; axis >= 0; axis--) {
        place.unshift(rest % before[axis]);
        rest = Math.floor(rest / before[axis]);
      }
      return place;
    },
    tiles,
    tileHeight: height,
    tileWidth: width,
  };
}

/** Draw the numbers into a canvas, a pixel each; `largest` is full colour. */
export function drawPixels(canvas, layout, data, largest) {
  [canvas.width, canvas.height] = [layout.width, layout.height];
  const colours = new Uint32Array(palette().buffer);
  const context = canvas.getContext("2d");
  const image = context.createImageData(layout.width, layout.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let tile = 0, k = 0; tile < layout.tiles; tile++) {
    for (let i = 0; i < layout.tileHeight; i++) {
      for (let j = 0; j < layout.tileWidth; j++, k++) {
        const [y, x] = layout.at(tile, i, j);
        pixels[y * layout.width + x] = colours[index(data[k] / largest)];
      }
    }
  }
  context.putImageData(image, 0, 0);
}

/** The place of the number that a pointer is over; null between tiles. */
export function pointedAt(canvas, layout, event) {
  const box = canvas.getBoundingClientRect();
  const y = Math.floor(((event.clientY - box.top) / box.height) * layout.height);
  const x = Math.floor(((event.clientX - box.left) / box.width) * layout.width);
  return layout.placeAt(y, x);
}

export const largestOf = (data) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
