// Guided tours, one for each topic of the lecture: what each step sets up; its words are in the catalogue.

import { button, make } from "./elements.js";

const SMALL = { name: "xor", noise: 0, hidden: [2], activations: ["Tanh()"], lr: 0.1, batch_size: "all" };
const DEEP = { hidden: [8, 8, 8, 8, 8, 8], lr: 0.003 };
const NOISY = { name: "moons", noise: 0.35, hidden: [64, 64], lr: 0.01, batch_size: "32" };
const race = (...others) => others.map((changes) => ({ at: null, changes, edit: null }));

/** By name: the room, what is chosen there, what runs beside it, and what is opened. */
export const TOURS = {
  hidden: [
    { chosen: { ...SMALL, hidden: [], activations: [] } },
    { chosen: { ...SMALL, hidden: [2] } },
    { chosen: { ...SMALL, hidden: [4], seed: 1 } },
  ],
  sigmoid: [
    { room: "steps", chosen: { ...SMALL, activations: ["Sigmoid()"] }, place: { at: "dZ[1]", open: "0,0" } },
    { chosen: { ...DEEP, activations: ["Sigmoid()"] } },
  ],
  error: [
    { room: "steps", chosen: SMALL, place: { at: "dZ[2]", open: "0,0" } },
    { room: "steps", chosen: SMALL, place: { at: "dW[2]", open: "0,0" } },
  ],
  rate: [
    { chosen: { lr: 0.0003 } },
    { chosen: { lr: 0.0003 }, beside: race({ lr: 0.01 }, { lr: 0.3 }) },
    { chosen: { optimizer: "SGD", lr: 1 }, beside: race({ schedule: "ExponentialLR(gamma=0.95)" }) },
  ],
  batch: [
    { chosen: { optimizer: "SGD", lr: 0.1, batch_size: "all" } },
    { chosen: { optimizer: "SGD", lr: 0.1, batch_size: "all" }, beside: race({ batch_size: "32" }, { batch_size: "1" }) },
  ],
  momentum: [
    { chosen: { optimizer: "SGD", lr: 0.1 }, beside: race({ optimizer: "SGD(momentum=0.9)" }) },
    { chosen: { optimizer: "SGD", lr: 0.1 }, beside: race({ optimizer: "RMSprop", lr: 0.01 }, { optimizer: "Adam", lr: 0.01 }) },
  ],
  vanishing: [
    { chosen: { ...DEEP, activations: ["Sigmoid()"] } },
    { chosen: { ...DEEP, activations: ["Sigmoid()"] }, beside: race({ activations: ["ReLU()"] }) },
  ],
  overfitting: [
    { chosen: NOISY },
    { chosen: NOISY, beside: race({ l2: 0.03 }) },
    { chosen: NOISY, beside: race({ dropout: 0.5 }, { hidden: [4] }) },
  ],
};

/** The tour and its step that a place on the page names, as "rate.1"; null where it names none. */
export function fromPlace(named = "") {
  const [name, step] = named.split(".");
  return TOURS[name]?.[step] ? { name, step: Number(step) } : null;
}

/** @param {{tour: {name: string, step: number} | null, text: (key: string) => string,
 *   go: (name: string, step: number) => void, end: () => void}} state */
export function render(element, { tour, text, go, end }) {
  const signature = JSON.stringify([tour, text("language")]);
  if (element.dataset.signature === signature) return;
  element.dataset.signature = signature;
  element.hidden = !tour;
  if (!tour) return;
  const { name, step } = tour;
  const last = TOURS[name].length - 1;
  const back = button("←", text("tour_back"), () => go(name, step - 1), { id: "tour-back", disabled: step === 0 });
  const on = button("→", text("tour_next"), () => go(name, step + 1), { id: "tour-next", disabled: step === last });
  element.replaceChildren(
    make("strong", {}, text(`tour.${name}`)),
    make("p", {}, text(`tour.${name}.${step}`)),
    make("span", {}, `${step + 1} / ${last + 1}`),
    back,
    on,
    button("×", text("tour_end"), end, { id: "tour-end" }),
  );
}
