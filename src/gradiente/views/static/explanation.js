// The page of `gradiente explain --html`: opens its numbers, whose terms stand in its JSON: see explanation_data.py.

import { make } from "./elements.js";
import * as number from "./number.js";

const { language, texts, quantities } = JSON.parse(document.getElementById("data").textContent);
const text = (key) => texts[key];
const root = document.documentElement;
const panel = document.getElementById("opened-number");
const untouched = [...panel.childNodes];

/** The id of a number: its quantity's place in the step, and its own place in that, "1.0". */
const anchor = (place, key) => `n${place}${key && "."}${key}`;
const indexOf = (key) => (key ? key.split(".").map(Number) : []);

/** An entry as gradiente.trace.Entry.to_dict; the source of a factor is the place of its quantity, and its index a key. */
function entryOf(place, key) {
  const { label, entries } = quantities[place];
  const [value, terms, closing, rest, difference, torch] = entries[key];
  return {
    label,
    index: indexOf(key),
    value,
    opened: terms !== null,
    terms: terms?.map(termOf),
    closing: closing && { symbol: closing[0] },
    total: closing?.[1],
    rest,
    finite_difference: difference,
    torch,
  };
}

function termOf([path, ...coded]) {
  const factors = coded.map(factorOf);
  return { path, factors, value: factors.reduce((product, { value }) => product * (value ?? NaN), 1) };
}

function factorOf([symbol, second, third, fourth]) {
  if (typeof third !== "string") return { symbol, value: second, source: third ?? null, index: fourth };
  const place = third && `[${third.replaceAll(".", ",")}]`;
  return { symbol: symbol + place, value: quantities[second].entries[third][0], source: second, index: third };
}

function show(cell) {
  const [place, ...rest] = cell.id.slice(1).split(".");
  close();
  root.classList.add("opening");
  const address = (source, key) => `#${anchor(source, key)}`;
  number.render(panel, { entry: entryOf(place, rest.join(".")), language, text, address });
  const parts = [...panel.querySelectorAll("a")];
  const whole = make("a", { href: `#q${place}` }, text("goto").replace("{name}", quantities[place].name));
  panel.append(make("p", {}, whole));
  panel.parentElement.scrollTop = 0;
  cell.classList.add("open");
  cell.setAttribute("aria-current", "true");
  for (const link of parts) document.getElementById(link.hash.slice(1))?.classList.add("part");
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  panel.querySelector("h2").focus({ preventScroll: true });
}

/** Returns the number that was open, or null. */
function close() {
  const open = document.querySelector(".numbers a.open");
  open?.classList.remove("open");
  open?.removeAttribute("aria-current");
  for (const part of document.querySelectorAll(".part")) part.classList.remove("part");
  root.classList.remove("opening");
  panel.replaceChildren(...untouched);
  return open;
}

const cellAt = (hash) => (hash.startsWith("#n") ? document.getElementById(hash.slice(1)) : null);

function follow() {
  const cell = cellAt(location.hash);
  if (cell) show(cell);
  else close();
}

function leave() {
  const open = close();
  history.pushState(null, "", location.pathname + location.search);
  open?.focus({ preventScroll: true });
}

// A click on a number opens it where it is: following its link would scroll it to the top.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const cell = link && cellAt(link.hash);
  if (!cell || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (location.hash !== link.hash) history.pushState(null, "", link.hash);
  show(cell);
});
document.getElementById("close").addEventListener("click", leave);
addEventListener("popstate", follow);

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && root.classList.contains("opening")) return leave();
  const [cell, move] = [event.target.closest?.(".numbers td"), MOVES[event.key]];
  if (!cell || !move || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const rows = [...cell.closest("tbody").rows];
  const next = rows[rows.indexOf(cell.parentElement) + move[0]]?.cells[cell.cellIndex + move[1]];
  const link = next?.querySelector("a");
  if (!link) return;
  event.target.tabIndex = -1;
  link.tabIndex = 0;
  link.focus();
});

// One stop of the Tab key for every table; the arrows go on from there.
for (const table of document.querySelectorAll(".numbers table")) {
  table.setAttribute("role", "grid");
  [...table.querySelectorAll("a")].forEach((link, i) => {
    link.tabIndex = i ? -1 : 0;
  });
}
follow();
