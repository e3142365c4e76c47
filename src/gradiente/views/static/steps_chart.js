// Curves over steps on one axis, logarithmic or from 0 on, with a line at one step.

import { written } from "./numbers.js";

const ROOM = { left: 46, right: 8, top: 8, bottom: 20 }; // pixels around the curves
const DEPTH = 16; // powers of ten below the highest value that are drawn
const ABOVE = 100; // times the highest value at the start: what is higher has left the picture

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{series: {values: ArrayLike<number>, colour: string}[], steps: number, at: number, log: boolean,
 *   language: string}} state
 */
export function render(canvas, { series, steps, at, log, language }) {
  const ratio = devicePixelRatio || 1;
  [canvas.width, canvas.height] = [canvas.clientWidth, canvas.clientHeight].map((length) => Math.round(length * ratio));
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const [ink, muted, rule] = ["--ink", "--muted", "--rule"].map((name) => style.getPropertyValue(name));
  const { across, down, width, height, ticks } = axes(canvas, series, steps, log);
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = muted;
  context.strokeStyle = rule;
  for (const tick of ticks) {
    [context.textAlign, context.textBaseline] = ["right", "middle"];
    context.fillText(log ? power(tick, language) : written(tick, 2, language), ROOM.left - 6, down(tick));
    segment(context, ROOM.left, down(tick), width - ROOM.right, down(tick));
  }
  [context.textAlign, context.textBaseline] = ["center", "alphabetic"];
  for (const step of [0, steps / 2, steps]) {
    context.fillText(written(Math.round(step), 6, language), Math.min(width - 14, across(step)), height - 5);
  }
  context.lineJoin = "round";
  context.lineWidth = 1.6;
  context.save();
  context.beginPath();
  context.rect(ROOM.left, 0, width - ROOM.left, height - ROOM.bottom + 2);
  context.clip();
  for (const { values, colour } of series) {
    context.strokeStyle = colour;
    context.beginPath();
    for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) context.lineTo(across(i), down(values[i]));
    context.stroke();
  }
  context.restore();
  context.strokeStyle = ink;
  context.lineWidth = 1;
  segment(context, across(at), ROOM.top, across(at), height - ROOM.bottom);
}

/** The part of a canvas, from 0 to 1, that a step and a value stand at, and back. */
export function scales(canvas, series, steps, log) {
  const { across, down, width, height, highest } = axes(canvas, series, steps, log);
  return {
    partsOf: (step, value) => [across(step) / width, down(value) / height],
    stepAt: (part) => ((part * width - ROOM.left) / (width - ROOM.left - ROOM.right)) * steps,
    valueAt: (part) => ((height - ROOM.bottom - part * height) / (height - ROOM.top - ROOM.bottom)) * highest,
  };
}

function axes(canvas, series, steps, log) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  let [low, high] = [Infinity, -Infinity];
  for (const { values } of series) {
    for (const value of values) {
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  if (!(high > -Infinity)) [low, high] = [log ? 0.1 : 0, 1];
  if (log) high = Math.max(low, Math.min(high, ABOVE * Math.max(...series.map(({ values }) => values[0] || low))));
  const highest = high * 1.08 || 1;
  const narrow = high < 10 * low; // less than a power of ten: the ticks are the ends
  const to = narrow ? Math.log10(1.05 * high) : Math.ceil(Math.log10(high) - 1e-9);
  const from = narrow ? Math.log10(low / 1.05) : Math.max(Math.floor(Math.log10(low)), to - DEPTH);
  const heightOf = (value) => (log ? (Math.log10(Math.max(value, 10 ** from)) - from) / (to - from) : value / highest);
  return {
    width,
    height,
    highest,
    across: (step) => ROOM.left + (step / (steps || 1)) * (width - ROOM.left - ROOM.right),
    down: (value) => height - ROOM.bottom - heightOf(value) * (height - ROOM.top - ROOM.bottom),
    ticks: !log ? [0, high / 2, high] : narrow ? [low, Math.sqrt(low * high), high] : powers(from, to),
  };
}

function powers(from, to) {
  const stride = Math.ceil((to - from) / 5);
  const count = Math.floor((to - from) / stride) + 1;
  return Array.from({ length: count }, (_, i) => 10 ** (to - i * stride));
}

function power(value, language) {
  const exponent = Math.round(Math.log10(value));
  if (exponent > -3 && exponent < 4) return written(value, 2, language);
  return `10${[...String(exponent)].map((digit) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(digit)]).join("")}`;
}

function segment(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
