// Probabilities as bars with numbers; one of them is chosen.

import { make } from "./elements.js";
import { written } from "./numbers.js";

/**
 * @param {{names: string[], values: (number | null)[], chosen: number, right: number | null, language: string,
 *   title: (name: string) => string, choose: (place: number) => void}} state
 */
export function render(element, { names, values, chosen, right, language, title, choose }) {
  const signature = JSON.stringify([names, language]);
  if (element.dataset.signature !== signature) {
    element.dataset.signature = signature;
    element.replaceChildren(
      ...names.map((name, place) => {
        const bar = make("button", { type: "button", className: "bar" }, make("span", {}, name), make("i"), make("output"));
        bar.addEventListener("click", () => element.choose(place));
        bar.title = title(name);
        return bar;
      }),
    );
  }
  element.choose = choose;
  [...element.children].forEach((bar, place) => {
    const value = values[place] ?? 0;
    bar.style.setProperty("--share", value.toFixed(4));
    bar.setAttribute("aria-pressed", String(place === chosen));
    bar.classList.toggle("right", place === right);
    bar.querySelector("output").textContent = `${written(Number((100 * value).toFixed(1)), 4, language)} %`;
  });
}
