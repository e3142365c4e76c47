// A traced step: its quantities in the order of the chain rule, the chosen one with its numbers, and the opened number.

import { button, make } from "./elements.js";
import * as number from "./number.js";
import * as quantity from "./quantity.js";

const PARTS = ["forward", "backward", "update"];

/** The quantity that is chosen: the first one where none is. */
export const chosenOf = ({ quantities, at }) => quantities.find(({ name }) => name === at) ?? quantities[0];

/** The name of the quantity so many places after the chosen one, in the order in which they are computed. */
export function after({ quantities, at }, by) {
  const place = quantities.indexOf(chosenOf({ quantities, at })) + by;
  return quantities[Math.max(0, Math.min(quantities.length - 1, place))].name;
}

/** Go to the numbers, with the keyboard. */
export const enter = (element) => element.querySelector(".numbers :is(button, canvas)")?.focus();

/** From the opened number back to its place among the numbers. */
export const leave = (element) => element.querySelector(".numbers :is([aria-current], canvas)")?.focus();

/**
 * @param {{quantities: {name: string, label: string, math: string, formula: string, part: string, shape: number[],
 *   sources: string[], parameter: string | null, values: {shape: number[], data: ArrayLike<number>}}[],
 *   at: string, opened: number[] | null, entry: object | null, language: string, text: (key: string) => string,
 *   select: (name: string) => void, open: (name: string, index: number[]) => void}} state
 *   what is computed, the name of the chosen one, the place of the opened number, and what came of it, as number.js has it
 */
export function render(element, state) {
  const chosen = chosenOf(state);
  if (!element.classList.contains("trace")) build(element);
  const part = (name) => element.querySelector(`.${name}`);
  drawChain(part("chain"), chosen, state);
  drawWalk(part("walk"), state);
  drawHead(part("head"), chosen, state);
  quantity.render(part("numbers"), {
    ...chosen,
    opened: state.opened,
    language: state.language,
    open(index) {
      element.dataset.asked = part("numbers").querySelector("canvas") ? "" : "yes"; // the arrows move on in a picture
      state.open(chosen.name, index);
    },
  });
  drawNumber(element, part("panel"), chosen, state);
}

function build(element) {
  element.classList.add("trace");
  element.replaceChildren(
    make("section", { className: "chain" }),
    make(
      "section",
      { className: "quantity" },
      make("div", { className: "walk" }, button("←", "", () => {}), button("→", "", () => {})),
      make("div", { className: "head" }),
      make("div", { className: "numbers" }),
    ),
    make("section", { className: "panel" }, make("div")),
  );
}

/** Whether an element was drawn of that already; if not, it is now. */
function isDrawn(element, ...what) {
  const signature = JSON.stringify(what);
  const drawn = element.dataset.signature === signature;
  element.dataset.signature = signature;
  return drawn;
}

function drawChain(element, chosen, { quantities, text, language, select }) {
  const cards = quantities.map(({ name, math, shape }) => [name, math, shape]);
  if (!isDrawn(element, cards, language)) {
    const parts = PARTS.map((part) => {
      const own = quantities.filter((one) => one.part === part);
      return own.length ? [make("h2", {}, text(`part.${part}`)), make("ol", {}, ...own.map((one) => make("li", {}, card(one))))] : [];
    });
    element.replaceChildren(...parts.flat());
  }
  for (const shown of element.querySelectorAll("button")) {
    const { name } = shown.dataset;
    shown.onclick = () => select(name);
    shown.classList.toggle("source", chosen.sources.includes(name));
    if (name === chosen.name) shown.setAttribute("aria-current", "true");
    else shown.removeAttribute("aria-current");
  }
}

function card({ name, label, math, shape }) {
  const shown = make("button", { type: "button", title: label }, make("span", { innerHTML: math }));
  shown.append(make("small", {}, shape.join(" × ") || "1"));
  shown.dataset.name = name;
  return shown;
}

function drawWalk(element, state) {
  const [back, forth] = element.children;
  for (const [control, by, label] of [[back, -1, state.text("previous")], [forth, 1, state.text("next")]]) {
    control.setAttribute("aria-label", label);
    control.title = label;
    control.onclick = () => state.select(after(state, by));
  }
}

function drawHead(element, chosen, { text, language, select }) {
  if (!isDrawn(element, chosen.name, chosen.formula, language)) {
    const wasInside = element.contains(element.getRootNode().activeElement);
    const title = make("h2", { className: "name", tabIndex: -1, innerHTML: chosen.math });
    const lines = [title];
    if (chosen.formula) lines.push(make("div", { className: "formula", innerHTML: chosen.formula }));
    if (chosen.parameter) lines.push(make("code", {}, chosen.parameter));
    const links = chosen.sources.map((name) => make("button", { type: "button", className: "link" }, name));
    if (links.length) lines.push(make("p", { className: "from" }, `${text("from")} `, ...links.flatMap((link, i) => (i ? [", ", link] : [link]))));
    element.replaceChildren(...lines);
    if (wasInside) title.focus({ preventScroll: true });
  }
  for (const link of element.querySelectorAll(".link")) link.onclick = () => select(link.textContent);
}

function drawNumber(element, panel, chosen, state) {
  const { entry, opened, language, text } = state;
  const inside = panel.firstChild;
  if (!opened || !entry || entry.name !== chosen.name || entry.index.join() !== opened.join()) {
    if (!isDrawn(panel, text("hint"))) inside.replaceChildren(make("p", { className: "hint" }, text("hint")));
    return;
  }
  if (isDrawn(panel, entry, language)) return;
  number.render(inside, {
    entry,
    language,
    text,
    open(name, index) {
      element.dataset.asked = "yes";
      state.open(name, index);
    },
  });
  if (element.dataset.asked) inside.querySelector(".opened").focus({ preventScroll: true });
  element.dataset.asked = "";
}
