// Maps of the plane beside each other, each with the data on it, a name, and what is said of it.

import { make } from "./elements.js";
import { drawClasses, drawMap, drawPoints } from "./plane.js";

/**
 * @param {HTMLElement} element whose content they are
 * @param {{maps: {key: string, label: string, heading: (string | Node)[], side: number, values: ArrayLike<number>,
 *   winners?: ArrayLike<number>, strength: number, plane?: object, mark?: number[], said: string[], isWide?: boolean}[],
 *   built: (map: HTMLElement, place: number) => void, quiet: boolean}} state winners: classes, of which `values` are the
 *   probabilities; mark: a point; isWide: what is said stands beside it; built: called with each new map; quiet: what is said is not read aloud
 */
export function render(element, { maps, built, quiet }) {
  const signature = JSON.stringify(maps.map(({ key }) => key));
  if (element.dataset.signature !== signature) {
    element.dataset.signature = signature;
    element.replaceChildren(...maps.map(({ label, heading, isWide }, i) => build(label, heading, Boolean(isWide), (map) => built(map, i))));
  }
  maps.forEach(({ side, values, winners, strength, plane, mark, said }, i) => {
    const figure = element.children[i];
    const [below, above] = figure.querySelectorAll("canvas");
    if (winners) drawClasses(below, side, winners, values, strength);
    else drawMap(below, side, values, strength);
    above.hidden = !plane;
    if (plane) drawPoints(above, plane, plane.x, plane.y, mark);
    const words = figure.querySelector(".at");
    words.setAttribute("aria-live", quiet ? "off" : "polite");
    if (words.dataset.said !== said.join()) {
      words.dataset.said = said.join();
      words.replaceChildren(...said.map((each) => make("span", {}, each)));
    }
  });
}

function build(label, heading, isWide, built) {
  const map = make("div", { className: "map" }, make("canvas"), make("canvas"));
  map.setAttribute("role", "group");
  map.setAttribute("aria-label", label);
  built(map);
  const words = make("div", {}, make("figcaption", {}, ...heading), make("p", { className: "at" }));
  return make("figure", { className: isWide ? "wide" : "" }, map, words);
}
