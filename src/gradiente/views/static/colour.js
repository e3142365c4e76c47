// One code of colour: negative orange, zero paper, positive blue; classes have hues of their own.

const LIGHT = { paper: [253, 252, 250], negative: [194, 90, 18], positive: [36, 89, 179] };
const DARK = { paper: [21, 23, 27], negative: [240, 154, 86], positive: [127, 171, 245] };
const CLASSES = ["#c25a12", "#2459b3", "#2f7d4f", "#8a3ea8", "#b3243f", "#0e7c86", "#7a6a00", "#5b5f97", "#a3477f", "#4d4d4d"];
const STEPS = 256;

let isDark = () => matchMedia("(prefers-color-scheme: dark)").matches !== (document.documentElement.dataset.theme === "other");

export const dark = () => isDark();

/** On the page of another host than the lab: what says whether it is dark. */
export function darkWhen(test) {
  isDark = test;
}

const tables = new Map();

/** The colours of values from −1 to 1, as 256 × RGBA. */
export function palette() {
  const scheme = dark() ? DARK : LIGHT;
  if (!tables.has(scheme)) {
    const table = new Uint8ClampedArray(4 * STEPS);
    for (let i = 0; i < STEPS; i++) {
      const value = (2 * i) / (STEPS - 1) - 1;
      const end = value < 0 ? scheme.negative : scheme.positive;
      for (let c = 0; c < 3; c++) table[4 * i + c] = scheme.paper[c] + Math.abs(value) * (end[c] - scheme.paper[c]);
      table[4 * i + 3] = 255;
    }
    tables.set(scheme, table);
  }
  return tables.get(scheme);
}

export const index = (value) => Math.max(0, Math.min(STEPS - 1, Math.round(((value + 1) / 2) * (STEPS - 1))));

export function css(value) {
  const [table, at] = [palette(), 4 * index(value)];
  return `rgb(${table[at]} ${table[at + 1]} ${table[at + 2]})`;
}

export const ofClass = (number) => CLASSES[number % CLASSES.length];

/** So much of a colour, written #rrggbb, and the rest paper; as the 32 bits of a pixel. */
export function paperAnd(colour, share) {
  const { paper } = dark() ? DARK : LIGHT;
  const [red, green, blue] = [1, 3, 5].map((at, c) => paper[c] + share * (parseInt(colour.slice(at, at + 2), 16) - paper[c]));
  return (255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red);
}
