// What is pointed at: a unit, a link, or a point of a map. It is shown while it is pointed at; a click pins it, in the address.

const NUMBERS = { unit: 2, link: 3, point: 3 };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FINE = 0.02; // of a map's side, by one key
const REACH = 4; // pixels: a link is thin
const REST = 150; // milliseconds between an answer and the next question
const PATIENCE = 3000; // milliseconds that an answer is waited for

/** "unit,1,3": column, unit; "link,0,3,1": column, to, from; "point,0,0.5,-0.2": run, x₁, x₂. Null for anything else. */
function read(text) {
  const [kind, ...rest] = (text ?? "").split(",");
  const at = rest.map(Number);
  return at.length === NUMBERS[kind] && at.every(Number.isFinite) ? { kind, at } : null;
}

export const pinned = ({ place }) => read(place.pin);

export const shown = ({ pointed, place }) => read(pointed ?? place.pin);

/** Pin it, or what is pinned no longer. */
export const pin = (lab, what) => lab.setPlace({ pin: lab.get().place.pin === what ? "" : what });

export function unpin(lab) {
  lab.set({ pointed: null });
  lab.setPlace({ pin: "" });
}

const point = (lab, pointed) => pointed !== (lab.get().pointed ?? null) && lab.set({ pointed });

/** What is done on a network by network.js, whose units are found by the keyboard too. */
export function overNetwork(element, lab) {
  element.addEventListener("pointermove", (event) => event.pointerType !== "touch" && point(lab, near(event)));
  element.addEventListener("pointerleave", () => point(lab, null));
  element.addEventListener("focusin", ({ target }) => point(lab, of(target)));
  element.addEventListener("focusout", () => point(lab, null));
  element.addEventListener("click", (event) => {
    const what = near(event);
    if (what) pin(lab, what);
  });
  element.addEventListener("keydown", (event) => {
    if (!event.target.dataset.unit) return;
    const by = ARROWS[event.key];
    if (!by && ![" ", "Enter"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!by) return pin(lab, of(event.target));
    const [column, unit] = event.target.dataset.unit.split(".").map(Number);
    const units = element.querySelectorAll(`[data-unit^="${column + by[0]}."]`);
    const next = units[by[0] ? Math.min(unit, units.length - 1) : unit + by[1]];
    if (!next) return;
    [event.target.tabIndex, next.tabIndex] = [-1, 0];
    next.focus();
  });
}

/** What is done on the map of a run. */
export function overMap(element, run, lab) {
  const at = (across, down) => {
    const { low, high } = lab.get().runs[run].plane;
    const x = [low[0] + across * (high[0] - low[0]), high[1] - down * (high[1] - low[1])];
    return ["point", run, ...x.map((each) => Number(each.toPrecision(4)))].join();
  };
  const under = ({ clientX, clientY }) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return at((clientX - left) / width, (clientY - top) / height);
  };
  const hasPlane = () => Boolean(lab.get().runs[run]?.plane);
  if (hasPlane()) element.tabIndex = 0;
  element.addEventListener("pointermove", (event) => hasPlane() && event.pointerType !== "touch" && point(lab, under(event)));
  element.addEventListener("pointerleave", () => point(lab, null));
  element.addEventListener("focusout", () => point(lab, null));
  element.addEventListener("click", (event) => hasPlane() && pin(lab, under(event)));
  element.addEventListener("keydown", (event) => {
    const by = ARROWS[event.key];
    if (!hasPlane() || (!by && event.key !== "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    const state = lab.get();
    if (!by) return state.pointed && pin(lab, state.pointed);
    const { low, high } = state.runs[run].plane;
    const now = shown(state);
    const x = now?.kind === "point" && now.at[0] === run ? now.at.slice(1) : [0, 1].map((i) => (low[i] + high[i]) / 2);
    const [across, down] = [(x[0] - low[0]) / (high[0] - low[0]), (high[1] - x[1]) / (high[1] - low[1])];
    const far = event.shiftKey ? 5 * FINE : FINE;
    const within = (part) => Math.max(0, Math.min(1, part));
    return point(lab, at(within(across + far * by[0]), within(down + far * by[1])));
  });
}

const of = ({ dataset: { unit, link } }) => (unit && `unit,${unit.replace(".", ",")}`) || (link && `link,${link}`) || null;

/** The unit or link where a pointer is, or a link near it. */
function near({ target, clientX, clientY }) {
  if (of(target)) return of(target);
  for (const [across, down] of [[0, 1], [0, -1], [1, 0], [-1, 0]]) {
    const there = document.elementFromPoint(clientX + REACH * across, clientY + REACH * down);
    if (there?.dataset.link) return of(there);
  }
  return null;
}

let asked = null; // the question that is not answered yet: its key, and when it was asked

/**
 * Ask the server about what is shown, one question at a time.
 *
 * @param {(state: object) => object | null} questionOf
 */
export function ask(lab, questionOf) {
  const state = lab.get();
  const question = questionOf(state);
  if (!question || (asked && performance.now() < asked.until)) return;
  const key = JSON.stringify([question, state.frame.runs.map(({ values }) => values.step)]);
  if (key === state.answer?.key) return;
  asked = { key, until: performance.now() + PATIENCE };
  lab.ask(question);
}

/** Keep an answer, and ask what has come up meanwhile. */
export function received(answer, lab, questionOf) {
  lab.set({ answer: { ...answer, key: asked?.key } });
  setTimeout(() => {
    asked = null;
    if (lab.get().frame) ask(lab, questionOf);
  }, REST);
}
