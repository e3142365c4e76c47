// What is chosen in the controls: as an address, and as what the server opens.

import { partsOf } from "./notation.js";

export const NOISE = { spirals: 0.02, moons: 0.15, circles: 0.08, blobs: 1 }; // of the data sets that have it, by default
const LOGIC = ["xor", "and", "or"]; // four rows
const LISTS = { hidden: Number, activations: String, convolutions: Number, augment: String };

export const DEFAULTS = {
  name: "spirals",
  noise: 0.02,
  target: "",
  augment: [],
  convolutions: [],
  hidden: [8, 8],
  activations: ["Tanh()", "Tanh()"],
  batch_norm: 0,
  dropout: 0,
  initializer: "PyTorchDefault()",
  loss: "",
  optimizer: "Adam",
  lr: 0.01,
  schedule: "",
  batch_size: "32",
  l1: 0,
  l2: 0,
  clip: 0,
  patience: 0,
  seed: 0,
};

/** The config and the architecture of what is chosen. */
export function configOf(chosen) {
  const { name, noise, target, augment, initializer, loss, optimizer, lr, schedule, batch_size, l1, l2, clip, patience, seed } = chosen;
  const all = batch_size === "all" || (LOGIC.includes(name) && batch_size > 4);
  const penalty = [l1 && `L1(strength=${l1})`, l2 && `L2(strength=${l2})`].filter(Boolean);
  const [rule, options = ""] = optimizer.replace(")", "").split("(");
  return {
    config: {
      data: { name, ...(name in NOISE ? { noise, samples: 300 } : {}), ...(target ? { target } : {}), ...(augment.length ? { augment } : {}) },
      network: { initializer },
      descent: {
        optimizer: `${rule}(${[`lr=${lr}`, options].filter(Boolean).join(", ")})`,
        batch_size: all ? "all" : Number(batch_size),
        seed,
        ...(loss ? { loss } : {}),
        ...(schedule ? { schedule } : {}),
        ...(penalty.length ? { penalty } : {}),
        ...(clip ? { clip_norm: clip } : {}),
        ...(patience ? { patience } : {}),
      },
    },
    architecture: {
      convolutions: chosen.convolutions,
      hidden: chosen.hidden,
      activations: activationsOf(chosen),
      batch_norm: Boolean(chosen.batch_norm),
      dropout: chosen.dropout,
    },
  };
}

/** One activation for each hidden layer; of a layer without its own, that of the one before. */
export function activationsOf({ hidden, activations }) {
  return Array.from({ length: Math.max(1, hidden.length) }, (_, i) => activations[i] ?? activations.at(-1) ?? "Tanh()");
}

/** The state of a page as the part of an address after #: the room, what is chosen, and what the room adds. */
export function toAddress({ room, chosen, place }) {
  const changed = Object.entries(chosen).filter(([key, value]) => String(value) !== String(DEFAULTS[key]));
  const kept = Object.entries(place).filter(([, value]) => value !== "");
  return new URLSearchParams([["room", room], ...changed.map(([key, value]) => [key, String(value)]), ...kept]).toString();
}

export function fromAddress(hash) {
  const { room = "train", ...given } = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));
  const [chosen, place] = [{ ...DEFAULTS }, {}];
  for (const [key, value] of Object.entries(given)) {
    if (key in LISTS) chosen[key] = partsOf(value).map((part) => part.trim()).filter(Boolean).map(LISTS[key]);
    else if (key in DEFAULTS) chosen[key] = typeof DEFAULTS[key] === "number" ? Number(value) : value;
    else place[key] = value;
  }
  return { room, chosen, place };
}
