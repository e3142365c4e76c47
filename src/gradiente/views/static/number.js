// One number, opened: the terms that it is the sum of, and two values that were found another way.

import { make } from "./elements.js";
import { written } from "./numbers.js";

/**
 * @param {{entry: object, language: string, text: (key: string) => string,
 *   open: (name: string, index: number[]) => void}} state the entry as gradiente.trace.Entry.to_dict, with its label
 */
export function render(element, { entry, language, text, open }) {
  const show = (value, digits) => written(value, digits, language);
  const place = entry.index.length ? ` [${entry.index.join(",")}]` : "";
  const title = make("h2", { tabIndex: -1, className: "opened" }, `${entry.label}${place} = ${show(entry.value, 8)}`);
  const content = entry.opened ? termTable(entry, show, text, open) : make("p", {}, text("given"));
  element.replaceChildren(title, content, ...witnesses(entry, show, text));
}

function termTable(entry, show, text, open) {
  const rows = entry.terms.map((term) => termRow(term, show, open));
  if (entry.rest) rows.push(row("td", text("rest").replace("{count}", show(entry.rest[0])), show(entry.rest[1])));
  return make(
    "table",
    { className: "terms" },
    make("thead", {}, row("th", text("term"), text("product"))),
    make("tbody", {}, ...rows),
    make("tfoot", {}, row("td", entry.closing?.symbol ?? "Σ", show(entry.total, 8))),
  );
}

function termRow({ factors, value, path }, show, open) {
  const minus = factors.length > 1 && factors[0].symbol === "−1";
  const symbols = make("div", {}, minus ? "−" : "");
  (minus ? factors.slice(1) : factors).forEach((factor, i) => {
    if (i) symbols.append(" · ");
    symbols.append(factor.source ? link(factor, open) : factor.symbol);
  });
  if (path) symbols.append(`  (${path})`);
  const numbers = factors.map((factor, i) => (factor.value < 0 && i ? `(${show(factor.value, 4)})` : show(factor.value, 4)));
  const filled = factors.length > 1 ? [make("small", {}, numbers.join(" · "))] : [];
  return make("tr", {}, make("td", {}, symbols, ...filled), make("td", {}, show(value, 8)));
}

function link({ symbol, source, index }, open) {
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
      : row("td", name, show(value, 8), show(Math.abs(value - entry.value), 2)),
  );
  const head = make("thead", {}, row("th", "", text("value"), text("off")));
  return [make("table", { className: "witnesses" }, head, make("tbody", {}, ...rows))];
}

const row = (cell, ...contents) => make("tr", {}, ...contents.map((content) => make(cell, {}, content)));
