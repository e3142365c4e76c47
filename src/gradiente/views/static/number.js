// One number, opened: the terms that it is the sum of, and two values that were found another way.

import { make } from "./elements.js";
import { written } from "./numbers.js";

/**
 * @param {{entry: object, language: string, text: (key: string) => string, open?: (name: string, index: number[]) => void,
 *   address?: (name: string, index: number[]) => string}} state the entry as gradiente.trace.Entry.to_dict, with its label;
 *   and where a factor leads: to what a call opens, or to an address of the page
 */
export function render(element, state) {
  const { entry, text } = state;
  const show = (value, digits) => written(value, digits, state.language);
  const found = witnesses(entry, show, text);
  const { finite_difference, torch, waiting, ...known } = entry;
  const signature = JSON.stringify([known, state.language]);
  if (element.querySelector(".opened") && element.dataset.known === signature) {
    element.querySelector(".witnesses")?.remove(); // the rest stays: a factor that is being clicked is not replaced
    element.append(...found);
    return;
  }
  element.dataset.known = signature;
  const wasFocused = element.getRootNode().activeElement === element.querySelector(".opened") && element.firstChild;
  const place = entry.index.length ? ` [${entry.index.join(",")}]` : "";
  const title = make("h2", { tabIndex: -1, className: "opened" }, `${entry.label}${place} = ${show(entry.value, 10)}`);
  const content = entry.opened ? termTable(state, show) : make("p", {}, text("given"));
  element.replaceChildren(title, content, ...found);
  if (wasFocused) title.focus({ preventScroll: true });
}

function termTable(state, show) {
  const { entry, text } = state;
  const rows = entry.terms.map((term) => termRow(term, state, show));
  if (entry.rest) rows.push(row("td", text("rest").replace("{count}", show(entry.rest[0])), show(entry.rest[1], 10)));
  return make(
    "table",
    { className: "terms" },
    make("thead", {}, row("th", text("term"), text("product"))),
    make("tbody", {}, ...rows),
    make("tfoot", {}, row("td", entry.closing?.symbol ?? "Σ", show(entry.total, 10))),
  );
}

function termRow({ factors, value, path }, state, show) {
  const minus = factors.length > 1 && factors[0].symbol === "−1";
  const symbols = make("div", {}, minus ? "−" : "");
  (minus ? factors.slice(1) : factors).forEach((factor, i) => {
    if (i) symbols.append(" · ");
    symbols.append(factor.source === null ? factor.symbol : link(factor, state));
  });
  if (path) symbols.append(`  (${state.text(`path.${path}`)})`);
  const numbers = factors.map((factor, i) => (factor.value < 0 && i ? `(${show(factor.value, 6)})` : show(factor.value, 6)));
  const filled = factors.length > 1 ? [make("small", {}, numbers.join(" · "))] : [];
  return make("tr", {}, make("td", {}, symbols, ...filled), make("td", {}, show(value, 10)));
}

function link({ symbol, source, index }, { open, address }) {
  if (address) return make("a", { className: "link", href: address(source, index) }, symbol);
  const made = make("button", { type: "button", className: "link" }, symbol);
  made.addEventListener("click", () => open(source, index));
  return made;
}

function witnesses(entry, show, text) {
  const found = [
    [text("difference"), entry.finite_difference],
    ["PyTorch", entry.waiting ? undefined : entry.torch],
  ].filter(([, value]) => value !== null);
  if (!found.length) return [];
  const rows = found.map(([name, value]) =>
    value === undefined
      ? row("td", name, "…", "")
      : row("td", name, show(value, 10), show(Math.abs(value - entry.value), 2)),
  );
  const head = make("thead", {}, row("th", "", text("value"), text("off")));
  return [make("table", { className: "witnesses" }, head, make("tbody", {}, ...rows))];
}

const row = (cell, ...contents) => make("tr", {}, ...contents.map((content) => make(cell, {}, content)));
