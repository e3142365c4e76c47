// Which class is taken for which: right answers on the diagonal.

import { make } from "./elements.js";
import { css } from "./colour.js";

/** @param {{classes: string[], counts: {data: ArrayLike<number>}, title: string}} state rows are the true classes */
export function render(element, { classes, counts, title }) {
  const n = classes.length;
  const head = make("tr", {}, make("td"), ...classes.map((name) => make("th", { scope: "col" }, name)));
  const rows = classes.map((name, i) => {
    const whole = Math.max(1, counts.data.slice(i * n, (i + 1) * n).reduce((sum, count) => sum + count, 0));
    const cells = classes.map((_, j) => {
      const count = counts.data[i * n + j];
      const cell = make("td", {}, count ? String(count) : "");
      const share = count / whole;
      cell.style.background = css(i === j ? 0.6 * share : -Math.min(1, 3 * share));
      return cell;
    });
    return make("tr", {}, make("th", { scope: "row" }, name), ...cells);
  });
  const table = make("table", { className: "confusion" }, make("thead", {}, head), make("tbody", {}, ...rows));
  table.setAttribute("aria-label", title);
  element.replaceChildren(table);
}
