// What a link says that this page cannot take: it may be broken, or come from another version of the lab.

import { DEFAULTS } from "./config.js";

const FURTHEST = 1e6; // step that a link may open
// What the rooms keep in the address.
const PLACES = [
  ...["step", "beside", "tour", "pin"],
  ...["at", "open", "columns"],
  ...["on", "g", "level", "number", "mistake", "told", "moment"],
  ...["surface", "kappa", "directions", "from", "race", "decay", "of", "steps", "t"],
  ...["ink", "instance", "class"],
  ...["op", "x", "y", "kind", "given"],
];

const isWhole = (value, least) => Number.isInteger(value) && value >= least;
const isSizes = (value) => value.every((size) => isWhole(size, 1));
// Of the settings whose values are not merely those of their default's type.
const FITS = {
  hidden: isSizes,
  convolutions: isSizes,
  seed: (value) => isWhole(value, 0),
  batch_size: (value) => value === "all" || isWhole(Number(value), 1),
};
const isCount = (text) => isWhole(Number(text), 0);
// Likewise of what the rooms keep, as text.
const PLACES_FIT = {
  step: (text) => isCount(text) && Number(text) <= FURTHEST,
  open: (text) => text === "all" || text.split(",").every(isCount),
  number: isCount,
  moment: isCount,
  instance: isCount,
  class: isCount,
  t: isCount,
};
const fits = (key, value) => FITS[key]?.(value) ?? (typeof value !== "number" || (Number.isFinite(value) && value >= 0));

/**
 * @param {{room: string, chosen: object, place: object}} state as read from the address
 * @param {string[]} rooms
 * @returns the same with the usual in place of what cannot be taken, the runs beside, and `refused`, the names of that
 */
export function checked({ room, chosen, place }, rooms) {
  const settings = Object.keys(chosen).filter((key) => !fits(key, chosen[key]));
  const places = Object.keys(place).filter((key) => !PLACES.includes(key) || (place[key] && PLACES_FIT[key]?.(place[key]) === false));
  const beside = besideOf(place.beside);
  if (!beside) places.push("beside");
  return {
    room: rooms.includes(room) ? room : rooms[0],
    chosen: { ...chosen, ...Object.fromEntries(settings.map((key) => [key, DEFAULTS[key]])) },
    place: Object.fromEntries(Object.entries(place).filter(([key]) => !places.includes(key))),
    beside: beside ?? [],
    refused: [...(rooms.includes(room) ? [] : ["room"]), ...settings, ...places],
  };
}

/** The runs beside the first that an address names; null where it names none that can be. */
function besideOf(text = "") {
  try {
    const runs = JSON.parse(text || "[]");
    return Array.isArray(runs) && runs.every(isRun) ? runs : null;
  } catch {
    return null;
  }
}

function isRun(run) {
  const { at, changes, edit } = run ?? {};
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  if (!(at === null || (isWhole(at, 0) && at <= FURTHEST)) || !isObject(changes) || !(edit === null || isObject(edit))) return false;
  return Object.entries(changes).every(([key, value]) => {
    const usual = DEFAULTS[key];
    return usual !== undefined && typeof value === typeof usual && Array.isArray(value) === Array.isArray(usual) && fits(key, value);
  });
}

/** The parts of an address by those names, as they are written there. */
export function written(hash, names) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  return names.map((name) => `${name}=${given.getAll(name).at(-1)}`).map((part) => (part.length > 60 ? `${part.slice(0, 59)}…` : part));
}
