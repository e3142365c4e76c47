// A handle on a picture: dragged with the pointer, moved with the arrow keys.

import { button } from "./elements.js";

const NUDGE = 0.02; // of the picture's side, by one key

/**
 * @param {HTMLElement} picture it stands in; clicking there moves it too
 * @param {(across: number, down: number) => void} moved called with a place from 0 to 1
 */
export function makeHandle(picture, moved) {
  const handle = button("", "", () => {}, { className: "handle" });
  const within = (part) => Math.max(0, Math.min(1, part));
  const go = (event) => {
    const box = picture.getBoundingClientRect();
    moved(within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height));
  };
  picture.addEventListener("pointerdown", (event) => {
    picture.setPointerCapture(event.pointerId);
    go(event);
  });
  picture.addEventListener("pointermove", (event) => picture.hasPointerCapture(event.pointerId) && go(event));
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? 5 * NUDGE : NUDGE;
    moved(within(Number(handle.dataset.across) + far * by[0]), within(Number(handle.dataset.down) + far * by[1]));
  });
  picture.append(handle);
  return handle;
}

/** Put a handle at a place from 0 to 1. */
export function place(handle, across, down, label) {
  Object.assign(handle.dataset, { across, down });
  Object.assign(handle.style, { left: `${100 * across}%`, top: `${100 * down}%` });
  handle.title = label;
  handle.setAttribute("aria-label", label);
}
