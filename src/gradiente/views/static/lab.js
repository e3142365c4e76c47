// The lab's page: its rooms, the connection, and the state that both draw.

import * as address from "./address.js";
import { configOf, DEFAULTS, fromAddress, toAddress } from "./config.js";
import { connect } from "./connection.js";
import { button, make, write } from "./elements.js";
import * as player from "./player.js";
import * as broken from "./rooms/break.js";
import * as digits from "./rooms/digits.js";
import * as optimizers from "./rooms/optimizers.js";
import * as steps from "./rooms/steps.js";
import * as tensors from "./rooms/tensors.js";
import * as train from "./rooms/train.js";
import { createStore } from "./store.js";
import * as tours from "./tours.js";

// A room has build(element, lab), draw(element, state, lab), keys(lab) where it has its own, received(message, lab),
// and `plays` where the run is played below it.
const ROOMS = { train, steps, break: broken, optimizers, digits, tensors };

const parameters = new URLSearchParams(location.search);
const token = parameters.get("token") ?? localStorage.getItem("token") ?? ""; // a link that is shared has none
localStorage.setItem("token", token);
const { refused, ...linked } = address.checked(fromAddress(location.hash), Object.keys(ROOMS));
const store = createStore({
  ...linked,
  refused: address.written(location.hash, refused), // of the link
  speed: null,
  mode: "open",
  choices: {},
  folder: parameters.has("run"), // whether the lab was started with a run, which is shown
  pointed: null, // in the room Train; see hover.js
  answer: null, // of the server, about what is shown
  runs: [],
  frame: null,
  error: "",
  note: "", // what was just done
  connected: true,
  ended: false, // whether the server is another one than the page came from
  session: 0, // how often the page has been connected: what was asked in an earlier session is not answered
  language: parameters.get("lang") ?? "en",
  texts: {},
});
let connection = null;
let keys = {};

const lab = {
  get: store.get,
  set: store.set,
  text: (key) => store.get().texts[`lab.page.${key}`] ?? "",
  ask(message) {
    const { frame } = store.get();
    if (connection?.ask(message) || !frame || !["play", "pause"].includes(message.do)) return;
    store.set({ frame: { ...frame, playing: message.do === "play" } }); // done when there is a connection again
  },
  /**
   * Choose other settings: of a new run, or of one more, from the step where it is or from the beginning. Those that
   * depend on what is chosen are a function of it: it may have changed since the controls were drawn.
   */
  change(asked) {
    const { chosen, mode } = store.get();
    const changes = typeof asked === "function" ? asked(chosen) : asked;
    if (mode === "open") {
      store.set({ chosen: { ...chosen, ...changes }, beside: [], folder: false, refused: [] });
      lab.setPlace({ beside: "", step: "" });
      begin();
    } else add({ at: mode === "fork" ? stepOf(store.get()) : null, changes, edit: null });
  },
  /** Replace one weight, in another run from the step where it is. */
  editWeight: (edit) => add({ at: stepOf(store.get()), changes: {}, edit }),
  /** Remove a run that was added. */
  drop(number) {
    lab.ask({ do: "drop", run: number });
    keepBeside(store.get().beside.filter((_, i) => i !== number - 1));
  },
  /** Set up one step of a tour. */
  follow(name, step) {
    const { room = "train", chosen, beside = [], place = {} } = tours.TOURS[name][step];
    const kept = { ...place, tour: `${name}.${step}`, beside: beside.length ? JSON.stringify(beside) : "" };
    store.set({ chosen: { ...DEFAULTS, ...chosen }, beside, place: kept, mode: "open", folder: false, frame: null, refused: [] });
    enter(room);
    begin();
  },
  /** Give the server a table, and train on it. */
  async takeTable(file) {
    const { choices: { largest }, language } = store.get();
    if (file.size > largest) return store.set({ error: lab.text("table_large").replace("{most}", Math.floor(largest / 2 ** 20)) });
    const asked = new URLSearchParams({ token, lang: language, file: file.name ?? "" });
    const answer = await answerOf(`/tables?${asked}`, { method: "POST", body: file });
    if (!answer) return undefined;
    if (answer.error) return store.set({ error: answer.error });
    const { choices } = store.get();
    store.set({ choices: { ...choices, own: [...(choices.own ?? []), answer.name] }, mode: "open" });
    const { chosen } = store.get();
    const few = answer.rows < 2 * Number(chosen.batch_size) ? { batch_size: "all" } : {}; // a part of them is learned from
    return lab.change({ name: answer.name, target: "", convolutions: [], augment: [], ...few });
  },
  /** Save a file on the user's machine. */
  save(name, blob) {
    const link = make("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    URL.revokeObjectURL(link.href);
  },
  /** What the room shows, as part of the address. */
  setPlace(place) {
    store.set({ place: { ...store.get().place, ...place } });
    keepAddress();
  },
};

/** The server's answer, as plain data; null where there is none, which is said. */
async function answerOf(place, options) {
  try {
    return await (await fetch(place, options)).json();
  } catch {
    store.set({ error: lab.text("no_server") });
    return null;
  }
}

const ADDRESS = 100; // milliseconds between two addresses: a browser refuses more than 200 in ten seconds
let [kept, later] = [-Infinity, 0];

function keepAddress() {
  clearTimeout(later);
  const wait = kept + ADDRESS - performance.now();
  if (wait > 0) {
    later = setTimeout(keepAddress, wait);
    return;
  }
  kept = performance.now();
  history.replaceState(null, "", `#${toAddress(store.get())}`);
}

const stepOf = ({ frame }) => frame?.runs[0].values.step ?? 0;

/** Ask for one more run; see `change`. */
function add(other) {
  const playing = player.isPlaying(store.get());
  ask(other);
  keepBeside([...store.get().beside, other]);
  if (playing) lab.ask({ do: "play", speed: store.get().speed });
  lab.ask({ do: "ready" });
}

function ask({ at, changes, edit }) {
  const wanted = configOf({ ...store.get().chosen, ...changes });
  lab.ask(at === null ? { do: "race", ...wanted } : { do: "fork", ...wanted, edit });
}

function keepBeside(beside) {
  store.set({ beside });
  lab.setPlace({ beside: beside.length ? JSON.stringify(beside) : "" });
}

/** Open what is chosen, with the runs beside it, at a step; in the room Train a new run is played. */
function begin(step = 0, playing = step === 0 && store.get().room === "train" && !store.get().folder) {
  const { chosen, beside, speed, folder } = store.get();
  lab.ask(folder ? { do: "open-folder" } : { do: "open", ...configOf(chosen) });
  let reached = 0;
  for (const other of beside) {
    if (other.at !== null) reached = advance(other.at, reached);
    ask(other);
  }
  if (step > 0) advance(step, reached);
  if (playing) lab.ask({ do: "play", speed });
  lab.ask({ do: "ready" });
}

/** Go to a step of which `reached` were taken. */
function advance(step, reached) {
  lab.ask({ do: "go-to", step: reached });
  if (step > reached) lab.ask({ do: "advance", steps: step - reached, epoch: false });
  else lab.ask({ do: "go-to", step });
  return Math.max(step, reached);
}

const KINDS = {
  file: ({ name, arrays }) => lab.save(name, new Blob([arrays.content.data])),
  error({ of, text }) {
    store.set({ error: text });
    const { beside, runs } = store.get();
    if (["fork", "race"].includes(of)) keepBeside(beside.filter((_, i) => i !== runs.length - 1)); // the next one was refused
  },
  runs: ({ runs }) => store.set({ runs, error: "", frame: null, answer: null }),
  state({ playing, runs, arrays }) {
    const own = runs.map(() => ({}));
    for (const [name, array] of Object.entries(arrays)) {
      const [run, ...rest] = name.split("/");
      own[run][rest.join("/")] = array;
    }
    store.set({ frame: { playing, runs: runs.map((values, i) => ({ values, arrays: own[i] })) } });
    const step = playing ? "" : String(player.lastOf(store.get().frame).step);
    if (store.get().place.step !== step) lab.setPlace({ step });
    requestAnimationFrame(() => lab.ask({ do: "ready" }));
  },
};

function received(message) {
  if (message.kind in KINDS) KINDS[message.kind](message);
  else ROOMS[store.get().room].received?.(message, lab);
}

function build() {
  const language = button("", "", () => choose(store.get().language === "es" ? "en" : "es"), { id: "language" });
  const theme = button("◐", "", () => {
    document.documentElement.toggleAttribute("data-theme");
    if (document.documentElement.hasAttribute("data-theme")) document.documentElement.dataset.theme = "other";
    draw(store.get());
  }, { id: "theme" });
  const tour = make("select", { id: "tours" });
  tour.addEventListener("change", () => tour.value && lab.follow(tour.value, 0));
  const present = button("▢", "", () => document.documentElement.toggleAttribute("data-present"), { id: "present" });
  const link = button("", "", copyLink, { id: "link" });
  const note = make("span", { id: "note" });
  note.setAttribute("role", "status");
  const links = Object.keys(ROOMS).map((room) => {
    const link = make("a", { href: "#", id: `room-${room}` });
    link.addEventListener("click", (event) => {
      event.preventDefault();
      enter(room);
    });
    return link;
  });
  const footer = make("footer", { id: "player" });
  const remark = make("p", { id: "remark" });
  remark.setAttribute("role", "status");
  document.body.replaceChildren(
    make("header", {}, make("h1", {}, "gradiente"), make("nav", {}, ...links), tour, present, language, theme, link, note),
    make("section", { id: "tour", hidden: true }),
    remark,
    make("main", { id: "room", tabIndex: -1 }),
    footer,
  );
  new ResizeObserver(() => document.body.style.setProperty("--player", `${footer.offsetHeight}px`)).observe(footer);
  addEventListener("keydown", (event) => {
    const pressed = [" ", "Enter"].includes(event.key) && event.target.closest("button, a, summary");
    if (pressed || event.target.closest("input, select, textarea")) return;
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  addEventListener("resize", () => draw(store.get()));
  addEventListener("hashchange", () => location.reload());
}

const NOTED = 4000; // milliseconds

/** Copy the address of what the page shows, without the token of this server. */
async function copyLink() {
  const address = new URL(location.href);
  address.searchParams.delete("token");
  address.hash = toAddress(store.get());
  try {
    await navigator.clipboard.writeText(address.href);
    store.set({ note: lab.text("link_copied") });
  } catch {
    store.set({ note: lab.text("link_refused") });
  }
  setTimeout(() => store.set({ note: "" }), NOTED);
}

function enter(room) {
  store.set({ room: room in ROOMS ? room : "train" });
  keepAddress();
  show();
  document.getElementById("room").focus({ preventScroll: true });
}

function show() {
  const { room } = store.get();
  const [element, footer] = [document.getElementById("room"), document.getElementById("player")];
  element.className = room;
  element.replaceChildren();
  ROOMS[room].build(element, lab);
  footer.hidden = !ROOMS[room].plays;
  keys = { ...(ROOMS[room].plays ? player.build(footer, lab) : {}), ...(ROOMS[room].keys?.(lab) ?? {}) };
  draw(store.get());
}

async function choose(language) {
  const texts = await answerOf(`/texts/${language}`);
  if (!texts) return;
  store.set({ language, texts });
  lab.ask({ do: "speak", language });
}

function draw(state) {
  if (!Object.keys(state.texts).length) return;
  const by = (id) => document.getElementById(id);
  if (document.documentElement.lang !== state.language) document.documentElement.lang = state.language;
  for (const room of Object.keys(ROOMS)) {
    write(by(`room-${room}`), lab.text(`room.${room}`));
    if (room === state.room) by(`room-${room}`).setAttribute("aria-current", "page");
    else by(`room-${room}`).removeAttribute("aria-current");
  }
  drawTours(by("tours"), state);
  tours.render(by("tour"), { tour: tours.fromPlace(state.place.tour), text: lab.text, go: lab.follow, end: () => lab.setPlace({ tour: "" }) });
  by("present").setAttribute("aria-label", lab.text("present"));
  by("present").title = lab.text("present");
  write(by("language"), state.language === "es" ? "English" : "Español");
  by("theme").setAttribute("aria-label", lab.text("theme"));
  write(by("link"), lab.text("link"));
  by("link").title = lab.text("link_title");
  by("link").setAttribute("aria-label", lab.text("link_title"));
  write(by("note"), state.note);
  write(by("remark"), remarkOn(state));
  if (ROOMS[state.room].plays) player.draw(by("player"), state, lab.text);
  ROOMS[state.room].draw(by("room"), state, lab);
}

/** What stands above the room: what is wrong, if anything is. */
function remarkOn({ connected, ended, error, refused }) {
  if (ended) return lab.text("ended");
  if (!connected) return lab.text("disconnected");
  return error || (refused.length ? lab.text("refused").replace("{parts}", () => refused.join(", ")) : "");
}

function drawTours(element, { language, place }) {
  if (element.dataset.language !== language) {
    element.dataset.language = language;
    const options = Object.keys(tours.TOURS).map((name) => new Option(lab.text(`tour.${name}`), name));
    element.replaceChildren(new Option(lab.text("tours"), ""), ...options);
    element.setAttribute("aria-label", lab.text("tours"));
  }
  element.value = tours.fromPlace(place.tour)?.name ?? "";
}

build();
await Promise.all([
  answerOf("/choices").then((choices) => store.set({ choices: choices ?? {} })),
  choose(store.get().language),
]);
show();
store.listen(draw);
connection = connect(token, {
  received,
  opened() {
    const { frame, place, session, language } = store.get();
    store.set({ connected: true, error: "", session: session + 1 });
    lab.ask({ do: "speak", language });
    if (frame) begin(player.lastOf(frame).step, player.isPlaying({ frame }));
    else begin(Number(place.step || 0));
  },
  closed: (ended) => store.set({ connected: false, ended }),
});
