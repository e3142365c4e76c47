// Data of one's own: a table from a file, or points of two classes or more, drawn on a plane.

import { ofClass } from "./colour.js";
import { button, make } from "./elements.js";

const MOST_CLASSES = 4;
const FEWEST = 10; // points to train with
const SPREAD = 0.06; // of the plane, around the place that is pressed

/** Build the pad and the file's field into an element; `take` gets a table as a file. */
export function build(element, { text, take }) {
  const points = [];
  let chosen = 0;
  const file = make("input", { type: "file", accept: ".csv,text/csv", id: "own-file" });
  file.addEventListener("change", () => file.files.length && take(file.files[0]));
  const pad = make("canvas", { width: 220, height: 220, className: "pad", tabIndex: 0 });
  pad.setAttribute("aria-label", text("pad"));
  const classes = make("div", { className: "classes" });
  const use = button(text("train_points"), text("train_points"), () => take(new Blob([tableOf(points)])), { id: "own-use" });
  const clear = button(text("clear"), text("clear"), () => {
    points.length = 0;
    show();
  });
  const add = (x, y) => {
    points.push({ x, y, name: chosen });
    show();
  };
  let pressed = false;
  pad.addEventListener("pointerdown", (event) => {
    pressed = true;
    pad.setPointerCapture(event.pointerId);
    add(...placeOf(pad, event, 0));
  });
  pad.addEventListener("pointermove", (event) => pressed && add(...placeOf(pad, event, SPREAD)));
  pad.addEventListener("pointerup", () => (pressed = false));
  const pen = { x: 0, y: 0 };
  pad.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
    if (!move && event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (move) [pen.x, pen.y] = [pen.x + move[0], pen.y + move[1]];
    else add(pen.x, pen.y);
    show();
  });

  function show() {
    const context = pad.getContext("2d");
    context.clearRect(0, 0, pad.width, pad.height);
    for (const { x, y, name } of points) {
      context.fillStyle = ofClass(name);
      context.beginPath();
      context.arc(((x + 1) / 2) * pad.width, ((1 - y) / 2) * pad.height, 4, 0, 2 * Math.PI);
      context.fill();
    }
    context.strokeStyle = ofClass(chosen);
    context.strokeRect(((pen.x + 1) / 2) * pad.width - 5, ((1 - pen.y) / 2) * pad.height - 5, 10, 10);
    use.disabled = points.length < FEWEST || new Set(points.map(({ name }) => name)).size < 2;
    classes.replaceChildren(
      ...Array.from({ length: MOST_CLASSES }, (_, i) => {
        const one = button(String(i), `${text("class")} ${i}`, () => {
          chosen = i;
          show();
        });
        one.style.borderColor = ofClass(i);
        one.setAttribute("aria-pressed", String(i === chosen));
        return one;
      }),
    );
  }

  const form = make("label", {}, make("span", {}, text("own_table")), file);
  element.replaceChildren(make("summary", {}, text("own")), form, make("p", { className: "hint" }, text("draw_points")), classes, pad, use, clear);
  show();
}

function placeOf(pad, event, spread) {
  const box = pad.getBoundingClientRect();
  const scattered = () => spread * (Math.random() - 0.5);
  return [(2 * (event.clientX - box.left)) / box.width - 1 + scattered(), 1 - (2 * (event.clientY - box.top)) / box.height + scattered()];
}

const tableOf = (points) => ["x1,x2,class", ...points.map(({ x, y, name }) => `${x.toFixed(4)},${y.toFixed(4)},class ${name}`)].join("\n");
