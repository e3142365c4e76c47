// The widget of a notebook: one of the views, with its state from Python; a number that is opened is asked for there.

import { darkWhen } from "./colour.js";
import * as curves from "./curves.js";
import { make } from "./elements.js";
import * as network from "./network.js";
import { written } from "./numbers.js";
import * as traceView from "./trace_view.js";

const PATIENCE = 4000; // milliseconds without an answer
const TYPES = { float32: Float32Array, float64: Float64Array };
const VIEWS = { history: historyView, network: networkView, trace: traceOf };

/** The `render` of anywidget: draws a model's view into an element, and returns what ends that. */
export function show({ model, el }) {
  const host = make("div", { className: "gradiente" });
  host.dataset.lmSuppressShortcuts = "true"; // the arrows are the view's, not JupyterLab's
  el.append(host);
  darkWhen(() => host.hasAttribute("data-dark"));
  const draw = () => {
    if (!host.isConnected) return;
    host.toggleAttribute("data-dark", isOnDark(el));
    view.draw();
  };
  const text = (key) => model.get("texts")[key] ?? "";
  const view = VIEWS[model.get("view")](host, { model, draw, text, language: model.get("language") });
  const received = (message) => view.received?.(message);
  model.on("change:content", draw);
  model.on("msg:custom", received);
  const observer = new ResizeObserver(() => requestAnimationFrame(draw));
  observer.observe(el);
  return () => {
    observer.disconnect();
    model.off("change:content", draw);
    model.off("msg:custom", received);
  };
}

/** Whether what lies behind an element is dark. */
function isOnDark(element) {
  const pixel = make("canvas", { width: 1, height: 1 }).getContext("2d"); // which knows every way to write a colour
  for (let around = element; around; around = around.parentElement ?? around.getRootNode().host) {
    pixel.fillStyle = getComputedStyle(around).backgroundColor;
    pixel.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
    if (alpha > 0) return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
  }
  return false;
}

/** An array as gradiente.views.view.packed has it. */
function unpacked({ type, shape, data }) {
  return { shape, data: new TYPES[type](data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)) };
}

function historyView(host, { model, text, language }) {
  const [loss, accuracy] = [make("figure", { className: "curves" }), make("figure", { className: "curves" })];
  const figures = [
    [loss, { loss: text("loss"), val_loss: text("val_loss") }],
    [accuracy, { accuracy: text("accuracy"), val_accuracy: text("val_accuracy") }],
  ];
  host.append(loss, accuracy);
  return {
    draw() {
      const { every, measures } = model.get("content");
      for (const [figure, names] of figures) {
        const series = Object.keys(names)
          .filter((key) => measures[key])
          .map((key) => ({ name: names[key], tone: "--accent", dashed: key.startsWith("val_"), every, values: measures[key].map((value) => value ?? NaN) }));
        figure.hidden = figure === accuracy && !series.length;
        const [title] = Object.values(names);
        curves.render(figure, { title, log: figure === loss, language, epoch: text("epochs"), series });
      }
    },
  };
}

function networkView(host, { model, language }) {
  const [picture, said] = [make("div"), make("output")];
  const { columns, weights, names, table } = model.get("content");
  const arrays = weights.map(unpacked);
  const units = columns.map((column) => ({ ...column, maps: column.biases && { side: 1, data: unpacked(column.biases).data } }));
  if (columns.length) host.append(picture, said);
  host.append(make("div", { className: "layers", innerHTML: table }));
  const choose = (layer, to, from) => {
    const { shape, data } = arrays[layer];
    said.textContent = `${names[layer]} [${to},${from}] = ${written(data[to * shape[1] + from], 6, language)}`;
  };
  return {
    draw() {
      if (columns.length) network.render(picture, { columns: units, weights: arrays, choose });
    },
  };
}

function traceOf(host, { model, draw, text, language }) {
  const place = make("div");
  host.append(place, make("p", { className: "late" }));
  host.lastChild.setAttribute("role", "status");
  const quantities = model.get("content").quantities.map((one) => ({ ...one, values: unpacked(one.values) }));
  let [at, opened, entry, late] = [quantities[0].name, null, null, 0];
  const chosen = (name, index) => {
    clearTimeout(late);
    [at, opened, entry] = [name, index, null];
    host.lastChild.textContent = "";
    draw();
  };
  const open = (name, index) => {
    chosen(name, index);
    model.send({ name, index });
    late = setTimeout(() => {
      host.lastChild.textContent = text("no_answer");
    }, PATIENCE);
  };
  host.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !opened) return;
    traceView.leave(place);
    chosen(at, null);
  });
  return {
    draw: () => traceView.render(place, { quantities, at, opened, entry, language, text, select: (name) => chosen(name, null), open }),
    received(message) {
      if (message.name !== at || message.index.join() !== opened?.join()) return;
      clearTimeout(late);
      host.lastChild.textContent = "";
      entry = message;
      draw();
    },
  };
}
