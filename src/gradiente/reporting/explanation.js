"use strict";
// Opens the numbers of the page. What a number is made of stands in the JSON of the page: see explanation_data.py.
(() => {
  const { words, quantities } = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const name = document.getElementById("opened-name"), body = document.getElementById("opened-body");
  const untouched = [name.textContent, ...body.childNodes];

  const anchor = (place, key) => "n" + place + (key && "." + key);
  const index = (key) => (key ? "[" + key.replaceAll(".", ",") + "]" : "");

  function element(tag, ...children) {
    const made = document.createElement(tag);
    made.append(...children);
    return made;
  }

  const inGroups = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, words.group);

  // 1.25·10⁻⁷ or 12,345.5, with a true minus; null is what JSON has for NaN.
  function written(value, digits = 10) {
    if (value === null || Number.isNaN(value)) return "–";
    const [mantissa, power] = String(Number(value.toPrecision(digits))).replace("Infinity", "∞").split("e");
    const raised = power && "·10" + [...power.replace("+", "")].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("");
    const [whole, ...decimals] = mantissa.replace("-", "−").split(".");
    return [whole.replace(/\d{5,}/, inGroups), ...decimals].join(".") + (raised || "");
  }

  function factorOf([symbol, second, third, fourth]) {
    if (typeof third === "string") {
      return { symbol: symbol + index(third), value: quantities[second].entries[third][0], at: anchor(second, third) };
    }
    return { symbol, value: second ?? NaN, at: third === undefined ? null : anchor(third, fourth) };
  }

  function linked({ symbol, at }) {
    if (!at) return symbol;
    const link = element("a", symbol);
    link.href = "#" + at;
    return link;
  }

  const between = (sign, parts) => parts.flatMap((part, i) => (i ? [sign, part] : [part]));

  function termRow([path, ...coded]) {
    const factors = coded.map(factorOf);
    const minus = factors.length > 1 && factors[0].symbol === "−1";
    const symbols = between("·", (minus ? factors.slice(1) : factors).map(linked));
    const cell = element("td", minus ? "−" : "", ...symbols, path ? "  " + words[path] : "");
    if (factors.length > 1) {
      const values = factors.map(({ value }, i) => (value < 0 && i ? `(${written(value, 6)})` : written(value, 6)));
      cell.append(element("small", values.join(" · ")));
    }
    const product = factors.reduce((sofar, { value }) => sofar * (value ?? NaN), 1);
    return element("tr", cell, element("td", written(product)));
  }

  const row = (cell, ...cells) => element("tr", ...cells.map((content) => element(cell, content)));

  function termTable(terms, [symbol, total], rest) {
    const rows = terms.map(termRow);
    if (rest) rows.push(row("td", words.rest.replace("{count}", written(rest[0])), written(rest[1])));
    return element("table",
      element("thead", row("th", words.term, words.product)),
      element("tbody", ...rows),
      element("tfoot", row("td", symbol, written(total))));
  }

  function witnessTable(value, witnesses) {
    const rows = witnesses
      .filter(([, seen]) => seen !== null)
      .map(([who, seen]) => row("td", who, written(seen), written(Math.abs(seen - value), 2)));
    return rows.length
      ? [element("table", element("thead", row("th", "", words.value, words.difference)), element("tbody", ...rows))]
      : [];
  }

  function show(number) {
    const [place, ...rest] = number.id.slice(1).split(".");
    const quantity = quantities[place], key = rest.join(".");
    const [value, terms, closing, left, difference, torch] = quantity.entries[key];
    const back = element("a", words.goto.replace("{name}", quantity.name));
    back.href = "#q" + place;
    close();
    root.classList.add("opening");
    name.replaceChildren(`${quantity.label} ${index(key)} = ${written(value)}`.replace("  ", " "));
    body.replaceChildren(
      terms ? termTable(terms, closing, left) : element("p", words.not_opened),
      ...witnessTable(value ?? NaN, [[words.finite_difference, difference], ["PyTorch", torch]]),
      element("p", back));
    body.parentElement.scrollTop = 0;
    number.classList.add("open");
    number.setAttribute("aria-current", "true");
    for (const link of body.querySelectorAll("a")) {
      document.getElementById(link.hash.slice(1))?.classList.add("part");
    }
    number.scrollIntoView({ block: "nearest", inline: "nearest" });
    name.focus({ preventScroll: true });
  }

  // The number that was open, or null.
  function close() {
    const open = document.querySelector(".numbers a.open");
    open?.classList.remove("open");
    open?.removeAttribute("aria-current");
    for (const part of document.querySelectorAll(".part")) part.classList.remove("part");
    root.classList.remove("opening");
    name.replaceChildren(untouched[0]);
    body.replaceChildren(...untouched.slice(1));
    return open;
  }

  const numberAt = (hash) => (hash.startsWith("#n") ? document.getElementById(hash.slice(1)) : null);

  function follow() {
    const number = numberAt(location.hash);
    if (number) show(number);
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
    const number = link && numberAt(link.hash);
    if (!number || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (location.hash !== link.hash) history.pushState(null, "", link.hash);
    show(number);
  });
  document.getElementById("close").addEventListener("click", leave);
  window.addEventListener("popstate", follow);

  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.classList.contains("opening")) return leave();
    const cell = event.target.closest?.(".numbers td"), move = moves[event.key];
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
    [...table.querySelectorAll("a")].forEach((link, i) => { link.tabIndex = i ? -1 : 0; });
  }
  follow();
})();
