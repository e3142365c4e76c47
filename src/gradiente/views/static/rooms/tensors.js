// Tensors: what shapes are, how they are broadcast, and what an operation makes of them.

import { make } from "../elements.js";
import { written } from "../numbers.js";
import * as tensor from "../tensor.js";

// What data are, by the lecture's conventions: a shape, and what its axes mean.
const KINDS = {
  scalar: ["", []],
  vector: ["5", ["features"]],
  sheet: ["6, 4", ["instances", "features"]],
  sequence: ["4, 6, 3", ["instances", "time", "features"]],
  image: ["3, 4, 5", ["channels", "height", "width"]],
  image_last: ["4, 5, 3", ["height", "width", "channels"]],
  images: ["6, 3, 4, 5", ["instances", "channels", "height", "width"]],
  video: ["2, 3, 3, 4, 5", ["instances", "frames", "channels", "height", "width"]],
};
// Of each operation: x to begin with, unless the one that is there will do, from so many axes on; y; how it is written.
const OPERATIONS = {
  add: { x: "3, 1", y: "4", code: () => "x + y" },
  product: { x: "2, 3", y: "3, 4", code: () => "x @ y" },
  sum: { x: "3, 4", least: 1, y: "0", code: (y) => (y ? `x.sum(axis=${y})` : "x.sum()") },
  mean: { x: "3, 4", least: 1, y: "0", code: (y) => (y ? `x.mean(axis=${y})` : "x.mean()") },
  reshape: { x: "3, 4", least: 1, y: "2, -1", code: (y) => `x.reshape(${y})` },
  transpose: { x: "3, 4", least: 1, y: "", code: (y) => `x.transpose(${y})` },
  last: { x: "3, 4, 5", least: 3, y: "", code: () => "np.moveaxis(x, -3, -1)" },
  first: { x: "4, 5, 3", least: 3, y: "", code: () => "np.moveaxis(x, -1, -3)" },
};
const TWO = ["add", "product"];
const ALONE = ["last", "first"]; // nothing is typed beside x

let shown = null; // the answer that came last
let asked = null;

export function build(element, lab) {
  [shown, asked] = [null, null];
  const typed = (id) => {
    const input = make("input", { type: "text", id: `t-${id}`, autocomplete: "off", spellcheck: false });
    input.addEventListener("input", () => lab.setPlace({ ...typedOf(lab.get()), [id]: input.value, given: "1", ...(id === "x" ? { kind: "" } : {}) }));
    return make("label", { id: `t-${id}-row` }, make("span"), input);
  };
  const operation = make("select", { id: "t-operation" });
  operation.addEventListener("change", () => choose(operation.value, lab));
  const figure = (id) => make("figure", { id: `t-${id}-figure` }, make("figcaption"), make("div", { className: "tensor" }));
  const words = make("p", { id: "t-words" });
  words.setAttribute("role", "status");
  element.replaceChildren(
    make("section", { id: "t-kinds" }, make("h2"), make("ul")),
    make(
      "section",
      { id: "t-stage" },
      make("div", { id: "t-typed" }, make("label", {}, make("span"), operation), typed("x"), typed("y"), make("code", { id: "t-code" })),
      make("div", { id: "t-drawn" }, figure("x"), make("span", { className: "sign" }), figure("y"), make("span", { className: "sign" }, "="), figure("result")),
    ),
    make("aside", { id: "t-rule" }, make("table", { id: "t-axes" }), words),
  );
}

export function received(message, lab) {
  if (message.kind === "shapes") shown = message;
  lab.set({});
}

// What the address says.

const operationOf = ({ place }) => (place.op in OPERATIONS ? place.op : "add");
function typedOf(state) {
  const { x, y } = OPERATIONS[operationOf(state)];
  return state.place.given ? { x: state.place.x ?? "", y: state.place.y ?? "" } : { x, y };
}
const sizesIn = (text) => (text.match(/\d+/g) ?? []).length;

function choose(op, lab) {
  const { x, least, y } = OPERATIONS[op];
  const now = typedOf(lab.get()).x;
  const stays = least !== undefined && sizesIn(now) >= least;
  lab.setPlace({ op, x: stays ? now : x, y, given: "1", ...(stays ? {} : { kind: "" }) });
}

function ask(state, lab) {
  if (!state.session) return;
  const wanted = { operation: operationOf(state), ...typedOf(state) };
  if (ALONE.includes(wanted.operation)) wanted.y = "";
  const signature = JSON.stringify([state.session, wanted]);
  if (signature === asked) return;
  asked = signature;
  lab.ask({ do: "shapes", ...wanted });
}

export function draw(element, state, lab) {
  const { text } = lab;
  ask(state, lab);
  const by = (id) => element.querySelector(`#${id}`);
  const operation = operationOf(state);
  const { x, y } = typedOf(state);
  drawKinds(by("t-kinds"), state, lab);
  if (by("t-operation").language !== state.language) {
    by("t-operation").language = state.language;
    by("t-operation").replaceChildren(...Object.keys(OPERATIONS).map((name) => new Option(text(`tensors.operation.${name}`), name)));
    by("t-operation").previousSibling.textContent = text("tensors.operation");
  }
  by("t-operation").value = operation;
  by("t-x-row").firstChild.textContent = text("tensors.shape_of_x");
  by("t-y-row").firstChild.textContent = text(`tensors.beside.${TWO.includes(operation) ? "both" : operation}`);
  by("t-y-row").hidden = ALONE.includes(operation);
  for (const [id, value] of [["t-x", x], ["t-y", y]]) if (by(id) !== document.activeElement) by(id).value = value;
  by("t-code").textContent = OPERATIONS[operation].code(y.trim());
  if (!shown) return;
  by("t-words").textContent = wordsOf(shown, text);
  by("t-words").className = shown.shape ? "" : "wrong";
  drawAxes(by("t-axes"), shown, text);
  drawTensors(element, by, state, text);
}

function wordsOf({ why, numbers }, text) {
  return Object.entries(numbers).reduce((said, [name, value]) => said.replaceAll(`{${name}}`, String(value).replace("-", "−")), text(`tensors.why.${why}`));
}

function drawKinds(element, state, lab) {
  const { text } = lab;
  const signature = `${state.language} ${state.place.kind}`;
  if (element.dataset.signature === signature) return;
  element.dataset.signature = signature;
  element.querySelector("h2").textContent = text("tensors.kinds");
  const buttons = Object.entries(KINDS).map(([kind, [shape, names]]) => {
    const axes = names.map((name) => text(`tensors.axis.${name}`)).join(", ") || "–";
    const rank = `${text("tensors.rank")} ${names.length} · (${shape})`;
    const sketch = make("span", { className: "tensor" });
    const sizes = (shape.match(/\d+/g) ?? []).map(Number);
    tensor.render(sketch, { id: `t-kind-${kind}`, shape: sizes, from: [], names: null, values: null, label: "", written: String });
    const control = make("button", { type: "button", id: `t-kind-${kind}` }, sketch, make("strong", {}, text(`tensors.kind.${kind}`)), make("small", {}, rank), make("small", {}, axes));
    if (state.place.kind === kind) control.setAttribute("aria-current", "true");
    control.addEventListener("click", () => {
      const op = names.length >= 3 ? (kind === "image_last" ? "first" : "last") : "transpose";
      lab.setPlace({ kind, x: shape, op, y: "", given: "1" });
    });
    return make("li", {}, control);
  });
  const focused = document.activeElement?.id;
  element.querySelector("ul").replaceChildren(...buttons);
  if (focused) document.getElementById(focused)?.focus();
}

/** The sizes under one another, aligned from the right. */
function drawAxes(table, { pairs, shape }, text) {
  table.hidden = !pairs?.length;
  if (table.hidden) return table.replaceChildren();
  const columns = [...pairs.entries()].reverse();
  const cell = (kind, content, className = "") => make(kind, { className }, content);
  const rowOf = (name, values) => make("tr", {}, make("th", { scope: "row" }, name), ...values);
  const sizes = (which) =>
    columns.map(([, pair]) => {
      const [own, other] = which ? [pair[1], pair[0]] : [pair[0], pair[1]];
      const stretched = pair[2] && (own === null || own === 1) && own !== other && other !== null;
      const size = own ?? text("tensors.missing");
      return cell("td", stretched ? `${size} → ${other}` : String(size), pair[2] ? (stretched ? "stretched" : "") : "wrong");
    });
  const results = columns.map(([place, pair]) => cell("td", pair[2] ? (shape ? String(shape[shape.length - 1 - place]) : "…") : "✗", pair[2] ? "" : "wrong"));
  const head = columns.map(([place]) => make("th", { scope: "col" }, `−${place + 1}`));
  table.replaceChildren(
    make("caption", {}, text("tensors.aligned")),
    make("thead", {}, rowOf(text("tensors.axis"), head)),
    make("tbody", {}, rowOf("x", sizes(0)), rowOf("y", sizes(1)), rowOf("=", results)),
  );
}

function drawTensors(element, by, state, text) {
  const two = TWO.includes(shown.operation);
  const [sign] = element.querySelectorAll(".sign");
  sign.textContent = shown.operation === "product" ? "@" : "+";
  sign.hidden = by("t-y-figure").hidden = !two || !shown.yShape;
  const names = (KINDS[state.place.kind]?.[1] ?? []).map((name) => text(`tensors.axis.${name}`));
  const own = names.length === shown.xShape?.length ? names : [];
  const named = { x: own, y: [], result: own.length && shown.order ? shown.order.map((place) => own[place]) : [] };
  const sizes = { x: shown.xShape, y: two ? shown.yShape : null, result: shown.shape };
  for (const [id, shape] of Object.entries(sizes)) {
    const figure = by(`t-${id}-figure`);
    figure.firstChild.textContent = shape ? `${id === "result" ? "" : `${id} `}(${shape.join(", ")})` : "✗";
    figure.classList.toggle("wrong", !shape);
    if (!shape) {
      figure.lastChild.replaceChildren();
      delete figure.lastChild.dataset.signature;
      continue;
    }
    const drawn = shown.operation === "add" && shown.shape && id !== "result" ? shown.shape : shape;
    const missing = drawn.length - shape.length;
    tensor.render(figure.lastChild, {
      id: `t-${id}`,
      shape: drawn,
      from: drawn.map((size, axis) => axis < missing || (shape[axis - missing] === 1 && size > 1)),
      names: named[id],
      values: shown[`${id}Values`] ?? null,
      label: figure.firstChild.textContent,
      written: (value) => written(value, 4, state.language),
    });
  }
}
