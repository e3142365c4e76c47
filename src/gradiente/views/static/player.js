// How a run is played: the buttons, the speed, and the time line, whose track is the loss.

import { button, make, write } from "./elements.js";
import { written } from "./numbers.js";
import * as timeline from "./timeline.js";

const SPEEDS = [1, 10, 100, null]; // steps a second; null: as many as there can be

export const isPlaying = (state) => state.frame?.playing ?? false;

/** Where the run is that has taken most steps, and the furthest step of all: one may have ended before the others. */
export function lastOf(frame) {
  const all = frame?.runs.map(({ values }) => values) ?? [{ step: 0, epoch: 0, furthest: 0 }];
  const { step, epoch } = all.reduce((last, each) => (each.step > last.step ? each : last));
  return { step, epoch, furthest: Math.max(...all.map((each) => each.furthest)) };
}

/** Build the player into an element, and answer what the keys do. */
export function build(element, lab) {
  let asked = null; // the step that was gone to, until a frame shows where the run is
  const last = () => lastOf(lab.get().frame);
  const goTo = (step) => {
    asked = step;
    lab.ask({ do: "go-to", step });
  };
  const advance = (steps, epoch = false) => {
    asked = null;
    lab.ask({ do: "advance", steps, epoch });
  };
  const toggle = () => {
    asked = null;
    lab.ask(isPlaying(lab.get()) ? { do: "pause" } : { do: "play", speed: lab.get().speed });
  };
  const back = () => {
    if (last().step === asked) asked = null;
    goTo(Math.max(0, (asked ?? last().step) - 1));
  };
  const buttons = [
    ["❘◀", "start", () => goTo(0)],
    ["◀", "back", back],
    ["▶", "toggle", toggle],
    ["▶❘", "step", () => advance(1)],
    ["▶▶❘", "epoch", () => advance(0, true)],
  ].map(([shown, id, act]) => button(shown, "", act, { id }));
  const speed = make("select", { id: "speed" });
  speed.addEventListener("change", () => {
    lab.set({ speed: SPEEDS[speed.selectedIndex] });
    if (isPlaying(lab.get())) lab.ask({ do: "play", speed: lab.get().speed });
  });
  const track = make("div", { id: "timeline", tabIndex: 0, role: "slider", ariaValueMin: 0, ariaValueNow: 0 }, make("canvas"));
  const seek = (event) => goTo(timeline.stepAt(track, event.clientX, last().furthest));
  track.addEventListener("pointerdown", (event) => {
    track.setPointerCapture(event.pointerId);
    seek(event);
  });
  track.addEventListener("pointermove", (event) => track.hasPointerCapture(event.pointerId) && seek(event));
  const speedLabel = make("label", {}, make("span", { id: "speed-label" }), speed);
  const play = make("div", { id: "play" }, ...buttons, speedLabel, make("output", { id: "where" }));
  element.replaceChildren(play, track);
  return { " ": toggle, ArrowRight: () => advance(1), ArrowLeft: back, Home: () => goTo(0) };
}

export function draw(element, state, text) {
  const by = (id) => element.querySelector(`#${id}`);
  const playing = isPlaying(state);
  const names = { start: text("start"), back: text("back"), step: text("step"), epoch: text("epoch") };
  for (const [id, name] of Object.entries({ ...names, toggle: playing ? text("pause") : text("play") })) {
    by(id).title = name;
    by(id).setAttribute("aria-label", name);
  }
  write(by("toggle"), playing ? "❚❚" : "▶");
  write(by("speed-label"), text("speed"));
  by("timeline").setAttribute("aria-label", text("timeline"));
  if (by("speed").dataset.language !== state.language) {
    by("speed").dataset.language = state.language;
    by("speed").replaceChildren(...SPEEDS.map((speed) => new Option(speed === null ? text("fastest") : `${speed} ${text("steps")}`)));
    by("speed").selectedIndex = SPEEDS.indexOf(state.speed);
  }
  if (!state.frame) return;
  const { epoch: now, step: at, furthest } = lastOf(state.frame);
  const [epoch, step] = [now, at].map((number) => written(number, 10, state.language));
  write(by("where"), `${text("epochs")} ${epoch} · ${text("step")} ${step}`);
  const curves = state.frame.runs.map(({ values: own, arrays }, i) => ({
    losses: arrays["curve.loss"]?.data ?? [],
    stepsPerPoint: state.runs[i].stepsPerEpoch * own.every,
    first: state.runs[i].first,
  }));
  timeline.render(by("timeline"), { curves, step: at, furthest });
}
