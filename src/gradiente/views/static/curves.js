// Curves of measures by epoch: lines on one axis, named at their ends; behind them a table.

import { make, write } from "./elements.js";
import { written } from "./numbers.js";

const ROWS = 8; // of the table
const MARGIN = { top: 8, right: 92, bottom: 18, left: 60 };

/**
 * @param {{title: string, log: boolean, language: string, epoch: string, quiet?: boolean,
 *   series: {name: string, tone: string, dashed: boolean, every: number, values: ArrayLike<number>}[]}} state
 *   quiet: it is about to change, and the table waits
 */
export function render(element, state) {
  if (!element.firstChild) {
    element.append(make("figcaption"), make("canvas"), make("table", { className: "unseen" }));
    element.querySelector("canvas").setAttribute("aria-hidden", "true");
  }
  write(element.querySelector("figcaption"), state.title);
  if (!state.quiet) tabulate(element.querySelector("table"), state);
  const canvas = element.querySelector("canvas");
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  drawCurves(context, width, height, state, getComputedStyle(canvas));
}

function drawCurves(context, width, height, { series, log, language }, style) {
  const shown = series.filter(({ values }) => values.length);
  if (!shown.length) return;
  const scale = log ? (value) => Math.log10(Math.max(value, 1e-12)) : (value) => value;
  const all = shown.flatMap(({ values }) => Array.from(values, scale)).filter(Number.isFinite);
  const low = all.reduce((least, value) => Math.min(least, value), Infinity);
  const high = all.reduce((most, value) => Math.max(most, value), -Infinity);
  const epochs = Math.max(...shown.map(({ values, every }) => values.length * every));
  const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
  const across = (epoch) => MARGIN.left + (epoch / Math.max(1, epochs)) * (right - MARGIN.left);
  const down = (value) => bottom - ((scale(value) - low) / (high - low || 1)) * (bottom - MARGIN.top);
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = style.getPropertyValue("--muted");
  context.strokeStyle = style.getPropertyValue("--rule");
  context.textAlign = "right";
  for (const value of [low, high]) {
    const real = log ? 10 ** value : value;
    context.fillText(written(real, 3, language), MARGIN.left - 6, down(real) + 4);
    context.beginPath();
    context.moveTo(MARGIN.left, down(real));
    context.lineTo(right, down(real));
    context.stroke();
  }
  context.fillText(written(epochs, 10, language), right, height - 4);
  const ends = [];
  for (const one of shown) {
    context.strokeStyle = style.getPropertyValue(one.tone);
    context.lineWidth = 1.5;
    context.setLineDash(one.dashed ? [4, 3] : []);
    context.beginPath();
    Array.from(one.values).forEach((value, i) => Number.isFinite(value) && context.lineTo(across((i + 1) * one.every), down(value)));
    context.stroke();
    ends.push({ ...one, y: down(one.values.at(-1)) });
  }
  context.setLineDash([]);
  context.textAlign = "left";
  ends.sort((a, b) => a.y - b.y);
  ends.forEach((end, i) => {
    if (i && end.y < ends[i - 1].y + 12) end.y = ends[i - 1].y + 12;
    context.fillStyle = style.getPropertyValue(end.tone);
    context.fillText(end.name, right + 6, Math.min(end.y + 4, height - 2));
  });
}

/** Some of the epochs, for those who do not see the curves. */
function tabulate(table, { title, series, language, epoch }) {
  const longest = Math.max(0, ...series.map(({ values }) => values.length));
  const rows = [...new Set(Array.from({ length: ROWS }, (_, i) => Math.round(((i + 1) * longest) / ROWS) - 1))].filter((i) => i >= 0);
  const head = make("tr", {}, make("th", {}, epoch), ...series.map(({ name }) => make("th", {}, name)));
  const body = rows.map((i) =>
    make("tr", {}, ...[(i + 1) * (series[0]?.every ?? 1), ...series.map(({ values }) => values[i])].map((value) => make("td", {}, written(value, 4, language)))),
  );
  table.setAttribute("aria-label", title);
  table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...body));
}
