// One optimizer of several: its hyperparameters, its rule, and the numbers of the step that it takes next.

import { button, make } from "./elements.js";
import * as fields from "./fields.js";
import { written } from "./numbers.js";

const DIGITS = 4;

/**
 * @param {{number: number, colour: string, racer: {name: string, values: object}, concepts: object[], rule: string[] | undefined,
 *   path: object | undefined, at: number, remark: string, language: string, text: (key: string) => string,
 *   changed: (racer: object) => void, removed: () => void}} state `path` as the server's, with its arrays
 */
export function render(element, state) {
  const signature = `${state.racer.name} ${state.language}`;
  element.state = state;
  if (element.dataset.signature !== signature) build(element, signature);
  element.style.setProperty("--own", state.colour);
  element.show(state.racer.values);
  const rule = (state.rule ?? []).join("");
  const lines = element.querySelector(".rule");
  if (lines.source !== rule) {
    lines.source = rule;
    lines.replaceChildren(...(state.rule ?? []).map((math) => make("div", { innerHTML: math })));
  }
  drawNumbers(element.querySelector("tbody"), state);
  element.querySelector(".remark").textContent = state.remark;
}

function build(element, signature) {
  const { number, racer, concepts, text } = element.state;
  element.dataset.signature = signature;
  const names = make("select", { id: `r-${number}-name` });
  names.setAttribute("aria-label", `${text("optimizer")} ${number}`);
  for (const { name } of concepts) names.append(new Option(name, name, false, name === racer.name));
  names.addEventListener("change", () => element.state.changed({ name: names.value, values: {} }));
  const remove = button("×", `${text("optimizers.remove")} ${number}`, () => element.state.removed(), { id: `r-${number}-remove` });
  const options = make("div", { className: "fields" });
  const concept = concepts.find(({ name }) => name === racer.name);
  const changed = (name, value) => {
    const { state } = element;
    state.racer = { ...state.racer, values: { ...state.racer.values, [name]: value } }; // the next change may come before the next frame
    state.changed(state.racer);
  };
  element.show = fields.build(options, concept?.fields ?? [], changed, `r-${number}`);
  const head = ["", "θ₁", "θ₂"].map((title) => make("th", { scope: "col" }, title));
  element.replaceChildren(
    make("header", {}, make("span", { className: "badge" }, String(number)), names, remove),
    options,
    make("div", { className: "rule" }),
    make("table", { className: "own-numbers" }, make("thead", {}, make("tr", {}, ...head)), make("tbody")),
    make("p", { className: "remark" }),
  );
}

/** θ, the gradient, the slots as the next step makes them, and the step. */
function drawNumbers(body, { path, at, language }) {
  if (!path) return;
  const { points, gradients, slots } = path;
  const here = Math.min(at, points.length / 2 - 1);
  const rows = [["θ", pairOf(points, here)]];
  if (2 * here < gradients.length) {
    rows.push(["g", pairOf(gradients, here)]);
    for (const { letter, values } of slots) rows.push([make("span", { innerHTML: letter }), pairOf(values, here)]);
    const [now, next] = [pairOf(points, here), pairOf(points, here + 1)];
    rows.push(["Δθ", next.map((value, i) => value - now[i])]);
  }
  body.replaceChildren(
    ...rows.map(([name, pair]) =>
      make("tr", {}, make("th", { scope: "row" }, name), ...pair.map((value) => make("td", {}, written(value, DIGITS, language)))),
    ),
  );
}

const pairOf = (values, i) => [values[2 * i], values[2 * i + 1]];
