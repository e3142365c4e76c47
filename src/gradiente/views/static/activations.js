// What every layer answers to one instance, from left to right: feature maps as tiles, vectors as strips.

import { make } from "./elements.js";
import { written } from "./numbers.js";
import { drawPixels, largestOf, layoutOf, pointedAt } from "./picture.js";

const TALL = 32; // numbers of a strip, one below the other
const HIGH = 260; // CSS pixels
const BROAD = 360;
const LARGEST = 22; // of a number, in CSS pixels
const WIDE = 20; // of a strip

/**
 * @param {{layers: {name: string, values: {shape: number[], data: Float32Array}}[], language: string}} state
 */
export function render(element, { layers, language }) {
  const signature = JSON.stringify(layers.map(({ name, values }) => [name, values.shape]));
  if (element.dataset.signature !== signature) build(element, layers, signature);
  layers.forEach(({ values }, place) => {
    const figure = element.children[place];
    const largest = largestOf(values.data);
    figure.querySelector("small").textContent = `±${written(largest, 3, language)}`;
    const { layout, data } = arranged(values);
    drawPixels(figure.querySelector("canvas"), layout, data, largest);
  });
  element.language = language;
  element.layers = layers;
}

function build(element, layers, signature) {
  element.dataset.signature = signature;
  element.replaceChildren(
    ...layers.map(({ name, values }, place) => {
      const { layout } = arranged(values);
      const scale = Math.max(1, Math.min(LARGEST, Math.floor(HIGH / layout.height), Math.floor(BROAD / layout.width)));
      const canvas = make("canvas", { className: "picture", tabIndex: 0 });
      canvas.style.width = `${values.shape.length > 1 ? scale * layout.width : Math.max(WIDE, scale * layout.width)}px`;
      canvas.style.height = `${scale * layout.height}px`;
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${name}, ${values.shape.join(" × ")}`);
      const said = make("output");
      canvas.addEventListener("pointermove", (event) => say(pointedAt(canvas, layout, event)));
      canvas.addEventListener("pointerleave", () => (said.textContent = ""));
      canvas.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: values.shape.at(-1), ArrowUp: -values.shape.at(-1) }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        const step = values.shape.length > 1 ? by : Math.sign(by);
        const count = values.data.length;
        canvas.at = canvas.at === undefined ? 0 : Math.max(0, Math.min(count - 1, canvas.at + step));
        sayNumber(canvas.at);
      });

      function say(spot) {
        if (!spot) return;
        const { shape } = values;
        sayNumber(shape.length > 1 ? spot.reduce((at, i, axis) => at * shape[axis] + i, 0) : spot[1] * TALL + spot[0]);
      }

      function sayNumber(at) {
        const { data, shape } = element.layers[place].values;
        if (!(at < data.length)) return;
        said.textContent = `[${indexOf(at, shape).join(", ")}] = ${written(data[at], 4, element.language)}`;
      }

      const caption = make("figcaption", {}, make("strong", {}, name), make("span", {}, values.shape.join(" × ")), make("small"), said);
      return make("figure", {}, canvas, caption);
    }),
  );
}

/** As it is drawn: maps as they are, a vector as columns of at most TALL numbers. */
function arranged({ shape, data }) {
  if (shape.length > 1) return { layout: layoutOf(shape), data };
  const [height, width] = [Math.min(TALL, shape[0]), Math.ceil(shape[0] / TALL)];
  const strips = new Float32Array(height * width).fill(NaN); // NaN: nothing is drawn
  data.forEach((value, k) => (strips[(k % TALL) * width + Math.floor(k / TALL)] = value));
  return { layout: layoutOf([height, width]), data: strips };
}

function indexOf(at, shape) {
  const place = [];
  for (let rest = at, axis = shape.length - 1; axis >= 0; axis--) {
    place.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return place;
}
