// A control: its word and its symbol, what holds its value, and a line that says what it does, shown when it is touched.

import { make } from "./elements.js";

/**
 * @param {{word: string, symbol?: string, help: string}} about
 * @param {HTMLElement[]} holders of the value, the first with an id
 */
export function control({ word, symbol, help }, ...holders) {
  const name = make("span", {}, word, ...(symbol ? [" ", make("var", {}, symbol)] : []));
  return make("div", { className: "control" }, make("label", {}, name, ...holders), described(help, ...holders));
}

/** The line that says what some inputs or buttons do. */
export function described(help, ...holders) {
  const line = make("small", { id: `${holders[0].id}-help`, className: "help", hidden: true }, help);
  for (const holder of holders) holder.setAttribute("aria-describedby", line.id);
  return line;
}

/**
 * Show the line of the control that has the focus. The one before stays until the click is over: what is clicked on
 * must not move away.
 */
export function showHelp(element) {
  const ofFocused = () => document.activeElement?.getAttribute("aria-describedby");
  const show = () => {
    const line = document.getElementById(ofFocused());
    if (line) line.hidden = false;
  };
  const hideOthers = () => {
    for (const line of element.querySelectorAll(".help")) line.hidden = line.id !== ofFocused();
  };
  element.addEventListener("focusin", show);
  element.addEventListener("click", hideOthers);
  element.addEventListener("keyup", hideOthers);
}
