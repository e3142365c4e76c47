// The room in which a network learns: the controls, the network, what it sees.

import * as controls from "../controls.js";
import { make } from "../elements.js";
import * as network from "../network.js";
import { drawClasses, drawMap, drawPoints } from "../plane.js";

const PALE = 0.5; // the decision map, under the points

export const plays = true;

export function build(element) {
  element.replaceChildren(
    make("aside", { id: "controls" }),
    make("section", { id: "stage" }, make("div", { id: "network", role: "img" })),
    make(
      "section",
      { id: "sees" },
      make("h2", { id: "sees-title" }),
      make("div", { id: "map" }, make("canvas"), make("canvas")),
      make("dl", { id: "measures" }),
    ),
  );
}

export function draw(element, state, lab) {
  const { text } = lab;
  controls.render(element.querySelector("#controls"), { chosen: state.chosen, text, change: lab.change });
  element.querySelector("#sees-title").textContent = text("sees");
  element.querySelector("#network").setAttribute("aria-label", text("network"));
  if (state.frame) drawRun(element, state.runs[0], state.frame.runs[0], text);
}

function drawRun(element, run, { values, arrays }, text) {
  const weights = Object.keys(run.shapes).filter((name) => run.shapes[name].length === 2).map((name) => arrays[`w.${name}`]);
  network.render(element.querySelector("#network"), { columns: columnsOf(run, arrays, weights), weights });
  const [map, points] = element.querySelectorAll("#map canvas");
  if (arrays.decision) {
    const [side] = arrays.decision.shape;
    if (arrays.winner) drawClasses(map, side, arrays.winner.data, arrays.decision.data, PALE);
    else drawMap(map, side, arrays.decision.data, PALE);
    drawPoints(points, run.plane, run.plane.x, run.plane.y);
  }
  const measures = Object.entries(values.measures).flatMap(([name, value]) => {
    const shown = name.endsWith("accuracy") ? `${(100 * value).toFixed(1)} %` : value.toPrecision(4);
    return [make("dt", {}, text(name)), make("dd", {}, shown)];
  });
  element.querySelector("#measures").replaceChildren(...measures);
}

/** A column for the inputs, and one for each layer with weights: its units after their activation. */
function columnsOf(run, arrays, weights) {
  const [, inputs] = weights[0].shape;
  const columns = [{ name: "x", units: inputs, maps: arrays["map.x"] && mapsOf(arrays["map.x"]) }];
  run.layers.forEach((name, i) => {
    if (!run.shapes[`${i}.weight`]) return;
    const last = run.layers[i + 1] === undefined || run.shapes[`${i + 1}.weight`] ? i : i + 1;
    const maps = arrays[`map.${last}`];
    columns.push({ name: columns.length === weights.length ? "ŷ" : `${columns.length}`, units: run.shapes[`${i}.weight`][0], maps: maps && mapsOf(maps) });
  });
  return columns;
}

const mapsOf = ({ shape, data }) => ({ side: shape[1], data });
