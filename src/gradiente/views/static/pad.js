// A pad to draw on: with a pointer, or with a pen that the arrows move.

import { make } from "./elements.js";

export const SIDE = 280; // what coordinates go up to
const PEN = 32; // how wide the pen is
const STEP = 10; // how far an arrow moves the pen
const NEAR = 3; // a point nearer to the one before is left out

/**
 * @param {{strokes: number[][], pen: {x: number, y: number, down: boolean, shown: boolean},
 *   image: {shape: number[], data: ArrayLike<number>} | null}} state strokes of x, y, x, y …; an image where none is drawn
 */
export function render(canvas, { strokes, pen, image }) {
  const ratio = devicePixelRatio || 1;
  const size = Math.round(canvas.clientWidth * ratio);
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const style = getComputedStyle(canvas);
  const context = canvas.getContext("2d");
  context.setTransform(size / SIDE, 0, 0, size / SIDE, 0, 0);
  context.clearRect(0, 0, SIDE, SIDE);
  if (image) drawImage(context, image, style.getPropertyValue("--accent"));
  context.strokeStyle = style.getPropertyValue("--accent");
  context.lineWidth = PEN;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0], stroke[1]);
    for (let i = 0; i < stroke.length; i += 2) context.lineTo(stroke[i], stroke[i + 1]);
    context.stroke();
  }
  if (!pen.shown) return;
  context.strokeStyle = style.getPropertyValue("--ink");
  context.lineWidth = pen.down ? 4 : 1.5;
  context.beginPath();
  context.arc(pen.x, pen.y, PEN / 2, 0, 2 * Math.PI);
  context.stroke();
}

function drawImage(context, { shape: [rows, columns], data }, colour) {
  context.fillStyle = colour;
  for (let i = 0; i < data.length; i++) {
    context.globalAlpha = Math.max(0, Math.min(1, data[i]));
    context.fillRect(((i % columns) * SIDE) / columns, (Math.floor(i / columns) * SIDE) / rows, SIDE / columns, SIDE / rows);
  }
  context.globalAlpha = 1;
}

/**
 * A canvas to draw on.
 *
 * @param {{strokes: () => number[][], pen: object, drawn: () => void, ended: () => void}} pad `strokes` are extended in
 *   place, `drawn` is called for every point, `ended` where a stroke ends
 */
export function makePad({ strokes, pen, drawn, ended }) {
  const canvas = make("canvas", { id: "pad", tabIndex: 0 });
  canvas.setAttribute("role", "application");
  const inside = (value) => Math.round(Math.max(0, Math.min(SIDE, value)));

  function extend(x, y) {
    const stroke = strokes().at(-1);
    if (stroke.length > 2 && Math.hypot(x - stroke.at(-2), y - stroke.at(-1)) < NEAR) return;
    stroke.push(x, y);
    drawn();
  }

  function placeOf(event) {
    const box = canvas.getBoundingClientRect();
    return [inside(((event.clientX - box.left) / box.width) * SIDE), inside(((event.clientY - box.top) / box.height) * SIDE)];
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.shown = pen.down = false;
    strokes().push(placeOf(event));
    drawn();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) extend(...placeOf(one));
  });
  canvas.addEventListener("lostpointercapture", ended);
  canvas.addEventListener("blur", () => {
    pen.shown = pen.down = false;
    drawn();
  });
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (!move && event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    pen.shown = true;
    if (move) {
      [pen.x, pen.y] = [inside(pen.x + move[0]), inside(pen.y + move[1])];
      if (pen.down) extend(pen.x, pen.y);
    } else {
      pen.down = !pen.down;
      if (pen.down) strokes().push([pen.x, pen.y]);
      else ended();
    }
    drawn();
  });
  return canvas;
}

/** Strokes as a short text, two letters a coordinate, and back. */
export const toText = (strokes) => strokes.map((stroke) => stroke.map((number) => number.toString(36).padStart(2, "0")).join("")).join("-");

export function fromText(text) {
  const read = (stroke) => (stroke.match(/../g) ?? []).map((pair) => parseInt(pair, 36)).filter((number) => number <= SIDE);
  return text.split("-").map(read).filter((stroke) => stroke.length >= 2 && stroke.length % 2 === 0);
}
