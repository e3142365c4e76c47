// The lab's page: what comes from the server goes into the store, and every view draws the store.

import * as controls from "./controls.js";
import { readFrame } from "./frame.js";
import * as network from "./network.js";
import { drawClasses, drawMap, drawPoints } from "./plane.js";
import { createStore } from "./store.js";
import * as timeline from "./timeline.js";

const SPEEDS = [1, 10, 100, null]; // steps a second; null: as many as there can be
const PALE = 0.5; // the decision map, under the points
const RETRY = 1000; // milliseconds until a lost connection is tried again

const parameters = new URLSearchParams(location.search);
const token = parameters.get("token") ?? "";
const store = createStore({
  chosen: controls.fromAddress(location.hash),
  speed: null,
  run: null,
  frame: null,
  error: "",
  connected: true,
  language: parameters.get("lang") ?? "en",
  texts: {},
});
const text = (key) => store.get().texts[`lab.page.${key}`] ?? "";
let socket = null;
let asked = null; // the step that was gone to, until a frame shows where the run is

function connect() {
  socket = new WebSocket(`ws://${location.host}/session?token=${encodeURIComponent(token)}`);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => {
    store.set({ connected: true });
    open(store.get().frame?.values.step ?? Number(new URLSearchParams(location.hash.slice(1)).get("step") ?? 0));
  });
  socket.addEventListener("message", ({ data }) => (typeof data === "string" ? received(JSON.parse(data)) : drawn(data)));
  socket.addEventListener("close", ({ code }) => {
    store.set({ connected: false });
    if (code !== 4403) setTimeout(connect, RETRY);
  });
}

function ask(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function open(step = 0) {
  ask({ do: "open", config: controls.configOf(store.get().chosen) });
  if (step > 0) ask({ do: "advance", steps: step, epoch: false });
  else ask({ do: "play", speed: store.get().speed });
  ask({ do: "ready" });
}

function received(message) {
  if (message.kind === "error") store.set({ error: message.text });
  else store.set({ run: message, error: "", frame: null });
}

function drawn(bytes) {
  const frame = readFrame(bytes);
  if (frame.values.step === asked) asked = null;
  store.set({ frame });
  requestAnimationFrame(() => ask({ do: "ready" }));
}

function change(changes) {
  asked = null;
  store.set({ chosen: { ...store.get().chosen, ...changes } });
  history.replaceState(null, "", `#${controls.toAddress(store.get().chosen)}`);
  open();
}

function goTo(step) {
  asked = step;
  ask({ do: "go-to", step });
}

const playing = () => store.get().frame?.values.playing ?? false;
function toggle() {
  asked = null;
  ask(playing() ? { do: "pause" } : { do: "play", speed: store.get().speed });
}
function advance(steps) {
  asked = null;
  ask({ do: "advance", steps, epoch: false });
}
const back = () => goTo(Math.max(0, (asked ?? store.get().frame?.values.step ?? 0) - 1));

function build() {
  document.body.innerHTML = `
    <header><h1>gradiente</h1><nav><a href="#" aria-current="page" data-text="train"></a></nav>
      <button type="button" id="language"></button><button type="button" id="theme" data-label="theme">◐</button></header>
    <main>
      <aside id="controls"></aside>
      <section id="stage"><div id="network" role="img" data-label="network"></div><p id="remark" role="status"></p></section>
      <section id="sees"><h2 data-text="sees"></h2><div id="map"><canvas></canvas><canvas></canvas></div><dl id="measures"></dl></section>
    </main>
    <footer>
      <div id="play"><button type="button" id="start" data-label="start">❘◀</button><button type="button" id="back" data-label="back">◀</button>
        <button type="button" id="toggle"></button><button type="button" id="step" data-label="step">▶❘</button>
        <button type="button" id="epoch" data-label="epoch">▶▶❘</button>
        <label><span data-text="speed"></span><select id="speed"></select></label><output id="where"></output></div>
      <div id="timeline" role="slider" tabindex="0" aria-valuemin="0" data-label="timeline"><canvas></canvas></div>
    </footer>`;
  const by = (id) => document.getElementById(id);
  by("language").addEventListener("click", () => choose(store.get().language === "es" ? "en" : "es"));
  by("theme").addEventListener("click", () => {
    document.documentElement.toggleAttribute("data-theme");
    if (document.documentElement.hasAttribute("data-theme")) document.documentElement.dataset.theme = "other";
    draw(store.get());
  });
  by("toggle").addEventListener("click", toggle);
  by("step").addEventListener("click", () => advance(1));
  by("epoch").addEventListener("click", () => ask({ do: "advance", steps: 0, epoch: true }));
  by("back").addEventListener("click", back);
  by("start").addEventListener("click", () => goTo(0));
  by("speed").addEventListener("change", ({ target }) => {
    store.set({ speed: SPEEDS[target.selectedIndex] });
    if (playing()) ask({ do: "play", speed: store.get().speed });
  });
  const track = by("timeline");
  const seek = (event) => goTo(timeline.stepAt(track, event.clientX, store.get().frame?.values.furthest ?? 0));
  track.addEventListener("pointerdown", (event) => {
    track.setPointerCapture(event.pointerId);
    seek(event);
  });
  track.addEventListener("pointermove", (event) => track.hasPointerCapture(event.pointerId) && seek(event));
  addEventListener("keydown", (event) => {
    if (event.target.closest("input, select") || (event.key === " " && event.target.closest("button"))) return;
    const actions = { " ": toggle, ArrowRight: () => advance(1), ArrowLeft: back, Home: () => goTo(0) };
    if (!(event.key in actions)) return;
    event.preventDefault();
    actions[event.key]();
  });
  addEventListener("resize", () => draw(store.get()));
}

async function choose(language) {
  const answer = await fetch(`/texts/${language}`);
  store.set({ language, texts: await answer.json() });
}

function draw(state) {
  if (!Object.keys(state.texts).length) return;
  const by = (id) => document.getElementById(id);
  document.documentElement.lang = state.language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", text(element.dataset.label));
  by("language").textContent = state.language === "es" ? "English" : "Español";
  if (by("speed").dataset.language !== state.language) {
    by("speed").dataset.language = state.language;
    by("speed").replaceChildren(...SPEEDS.map((speed) => new Option(speed === null ? text("fastest") : `${speed} ${text("steps")}`)));
    by("speed").selectedIndex = SPEEDS.indexOf(state.speed);
  }
  controls.render(by("controls"), { chosen: state.chosen, text, change });
  by("remark").textContent = state.connected ? state.error : text("disconnected");
  by("toggle").textContent = playing() ? "❚❚" : "▶";
  by("toggle").setAttribute("aria-label", text(playing() ? "pause" : "play"));
  if (state.run && state.frame) drawRun(state.run, state.frame);
}

function drawRun(run, { values, arrays }) {
  const weights = Object.keys(run.shapes).filter((name) => run.shapes[name].length === 2).map((name) => arrays[`w.${name}`]);
  network.render(document.getElementById("network"), { columns: columnsOf(run, arrays, weights), weights });
  const [map, points] = document.querySelectorAll("#map canvas");
  if (arrays.decision) {
    const [side] = arrays.decision.shape;
    if (arrays.winner) drawClasses(map, side, arrays.winner.data, arrays.decision.data, PALE);
    else drawMap(map, side, arrays.decision.data, PALE);
    drawPoints(points, run.plane, run.plane.x, run.plane.y);
  }
  const [epoch, step] = [values.epoch.toLocaleString(), values.step.toLocaleString()];
  document.getElementById("where").textContent = `${text("epochs")} ${epoch} · ${text("step")} ${step}`;
  const measures = Object.entries(values.measures).flatMap(([name, value]) => {
    const [term, shown] = [document.createElement("dt"), document.createElement("dd")];
    [term.textContent, shown.textContent] = [text(name), name.endsWith("accuracy") ? `${(100 * value).toFixed(1)} %` : value.toPrecision(4)];
    return [term, shown];
  });
  document.getElementById("measures").replaceChildren(...measures);
  const { step: at, furthest } = values;
  const { stepsPerEpoch } = run;
  timeline.render(document.getElementById("timeline"), { losses: arrays.losses.data, step: at, furthest, stepsPerEpoch });
}

/** A column for the inputs, and one for each layer with weights: its units after their activation. */
function columnsOf(run, arrays, weights) {
  const [, inputs] = weights[0].shape;
  const columns = [{ name: "x", units: inputs, maps: arrays["map.x"] && mapsOf(arrays["map.x"]) }];
  run.layers.forEach((name, i) => {
    if (!run.shapes[`${i}.weight`]) return;
    const last = run.layers[i + 1] === undefined || run.shapes[`${i + 1}.weight`] ? i : i + 1;
    const maps = arrays[`map.${last}`];
    columns.push({ name: columns.length === weights.length ? "ŷ" : `${columns.length}`, units: run.shapes[`${i}.weight`][0], maps: maps && mapsOf(maps) });
  });
  return columns;
}

const mapsOf = ({ shape, data }) => ({ side: shape[1], data });

build();
store.listen(draw);
await choose(store.get().language);
connect();
