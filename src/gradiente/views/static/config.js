// What is chosen in the controls: as an address, and as a config of the server.

export const NOISE = { spirals: 0.02, moons: 0.15, circles: 0.08, blobs: 1 }; // of the data sets that have it, by default
const LOGIC = ["xor", "and", "or"]; // four rows

export const DEFAULTS = {
  name: "spirals",
  noise: 0.02,
  hidden: [8, 8],
  activation: "Tanh()",
  optimizer: "Adam",
  lr: 0.01,
  batch_size: "32",
  seed: 0,
};

/** What the server calls a config, of what is chosen. */
export function configOf({ name, noise, hidden, activation, optimizer, lr, batch_size, seed }) {
  const all = batch_size === "all" || (LOGIC.includes(name) && batch_size > 4);
  return {
    data: { name, ...(name in NOISE ? { noise, samples: 300 } : {}) },
    network: { hidden, activation },
    descent: { optimizer: `${optimizer}(lr=${lr})`, batch_size: all ? "all" : Number(batch_size), seed },
  };
}

/** The state of a page as the part of an address after #: the room, what is chosen, and what the room adds. */
export function toAddress({ room, chosen, place }) {
  return new URLSearchParams({ room, ...chosen, hidden: chosen.hidden.join(","), ...place }).toString();
}

export function fromAddress(hash) {
  const { room = "train", ...given } = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));
  const [chosen, place] = [{ ...DEFAULTS }, {}];
  for (const [key, value] of Object.entries(given)) {
    if (key === "hidden") chosen.hidden = value.split(",").filter(Boolean).map(Number);
    else if (key in DEFAULTS) chosen[key] = typeof DEFAULTS[key] === "number" ? Number(value) : value;
    else place[key] = value;
  }
  return { room, chosen, place };
}
