// A surface with the paths of several optimizers on it, and what each does next.

import { make } from "./elements.js";
import { makeHandle, place } from "./handle.js";
import { drawHeights } from "./heights.js";
import { written } from "./numbers.js";

const SHORTEST = 14; // pixels of an arrow, so that it can be seen
const LONGEST = 46; // of the gradient or the moment, whichever is longer

/**
 * @param {{grid: object, low: number[], high: number[], lowest: number, minima: number[][], start: number[], at: number,
 *   paths: {points: Float64Array, gradients: Float64Array, moment: Float64Array | undefined, colour: string}[],
 *   language: string, label: string, choose: (point: number[]) => void}} state
 * @returns {number} how many times as high as a contour the next one is
 */
export function render(element, state) {
  if (!element.firstChild) build(element);
  element.state = state;
  const [ground, above] = element.querySelectorAll("canvas");
  const factor = drawHeights(ground, state.grid, state.lowest);
  const [across, down] = partsOf(state.start, state);
  const shown = state.start.map((number) => written(number, 3, state.language));
  place(element.handle, across, down, state.label.replace("{x}", shown[0]).replace("{y}", shown[1]));
  drawPaths(above, state);
  return factor;
}

function build(element) {
  element.append(make("canvas"), make("canvas"));
  element.handle = makeHandle(element, (across, down) => {
    const { low, high, choose } = element.state;
    choose([low[0] + across * (high[0] - low[0]), high[1] - down * (high[1] - low[1])]);
  });
}

const partsOf = ([x, y], { low, high }) => [(x - low[0]) / (high[0] - low[0]), (high[1] - y) / (high[1] - low[1])];

function drawPaths(canvas, state) {
  const ratio = devicePixelRatio || 1;
  const size = Math.round(canvas.clientWidth * ratio);
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  const [ink, paper] = ["--ink", "--paper"].map((name) => getComputedStyle(canvas).getPropertyValue(name));
  const spot = (points, i) => partsOf([points[2 * i], points[2 * i + 1]], state).map((part) => part * size);
  for (const minimum of state.minima) cross(context, partsOf(minimum, state).map((part) => part * size), ink, ratio);
  context.lineJoin = context.lineCap = "round";
  for (const { points, colour } of state.paths) {
    const last = points.length / 2 - 1;
    context.strokeStyle = colour;
    line(context, points, Math.min(state.at, last), last, spot, 1.2 * ratio, 0.35);
    context.strokeStyle = paper;
    line(context, points, 0, Math.min(state.at, last), spot, 4.5 * ratio, 0.7);
    context.strokeStyle = colour;
    line(context, points, 0, Math.min(state.at, last), spot, 2.2 * ratio, 1);
  }
  state.paths.forEach((path, i) => drawMoment(context, path, i + 1, state, spot, { ink, paper, ratio, size }));
}

function line(context, points, from, to, spot, width, alpha) {
  context.globalAlpha = alpha;
  context.lineWidth = width;
  context.beginPath();
  for (let i = from; i <= to; i++) context.lineTo(...spot(points, i));
  context.stroke();
  context.globalAlpha = 1;
}

/** The point where an optimizer is, with its number; the next step, against the gradient, against the moment. */
function drawMoment(context, { points, gradients, moment, colour }, number, { at, low, high }, spot, { ink, paper, ratio, size }) {
  const here = Math.min(at, points.length / 2 - 1);
  const from = spot(points, here);
  const ahead = 2 * here < gradients.length;
  if (ahead) {
    const scale = size / (high[0] - low[0]);
    const pair = (values) => [-values[2 * here], values[2 * here + 1]]; // against it, the second axis points up
    const [g, m] = [pair(gradients), moment ? pair(moment) : [0, 0]];
    const unit = (LONGEST * ratio) / (Math.max(Math.hypot(...g), Math.hypot(...m)) || 1);
    arrow(context, from, g.map((part) => part * unit), ink, ratio, [5, 4]);
    if (moment) arrow(context, from, m.map((part) => part * unit), colour, ratio, [1.5, 3.5]);
    const step = [points[2 * here + 2] - points[2 * here], points[2 * here + 1] - points[2 * here + 3]].map((part) => part * scale);
    const length = Math.hypot(...step);
    const longer = Math.max(1, (SHORTEST * ratio) / (length || 1));
    if (length) arrow(context, from, step.map((part) => part * longer), colour, 2 * ratio, []);
  }
  context.beginPath();
  context.arc(...from, 8 * ratio, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = 1.5 * ratio;
  context.strokeStyle = paper;
  context.stroke();
  context.fillStyle = paper;
  context.font = `600 ${10 * ratio}px system-ui, sans-serif`;
  [context.textAlign, context.textBaseline] = ["center", "middle"];
  context.fillText(String(number), from[0], from[1] + 0.5 * ratio);
}

function arrow(context, [x, y], [dx, dy], colour, width, dashes) {
  const [angle, head] = [Math.atan2(dy, dx), 4.5 * Math.max(1, width)];
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dashes.map((dash) => dash * width));
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + dx, y + dy);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  for (const turn of [2.6, 0, -2.6]) {
    const back = turn ? head : 0;
    context.lineTo(x + dx + back * Math.cos(angle + turn), y + dy + back * Math.sin(angle + turn));
  }
  context.stroke();
}

function cross(context, [x, y], colour, ratio) {
  const half = 5 * ratio;
  context.strokeStyle = colour;
  context.lineWidth = 1.5 * ratio;
  context.beginPath();
  context.moveTo(x - half, y);
  context.lineTo(x + half, y);
  context.moveTo(x, y - half);
  context.lineTo(x, y + half);
  context.stroke();
}
