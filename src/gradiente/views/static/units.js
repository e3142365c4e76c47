// The network of a run as columns of units, with the links between them: what network.js draws, and how they are named.

/** The weights that are drawn: the names of the matrices, from left to right. */
export const matricesOf = (run) => Object.keys(run.shapes).filter((name) => run.shapes[name].length === 2);

/** A column for the inputs, and one for each layer with weights: its units after their activation. */
export function columnsOf(run, arrays, matrices) {
  const [, inputs] = run.shapes[matrices[0]];
  const before = run.names[Number.parseInt(matrices[0], 10) - 1]; // of a layer, as convolutions
  const input = before ? before.toLowerCase() : "x";
  const columns = [{ name: input, units: inputs, maps: arrays["map.x"] && mapsOf(arrays["map.x"]), label: (i) => `${input}[${i}]`, mapLabel: (i) => `${input}[${i}]` }];
  for (const matrix of matrices) {
    const layer = Number.parseInt(matrix, 10);
    const shown = run.shapes[`${layer + 1}.weight`] || run.layers[layer + 1] === undefined ? layer : layer + 1;
    const pictures = columns.length === 1 ? arrays.pictures : undefined; // of what the units look at
    const maps = arrays[`map.${shown}`] ?? pictures;
    const last = columns.length === matrices.length;
    const letter = run.names[shown].toLowerCase();
    columns.push({ name: last ? "ŷ" : `${columns.length}`, units: run.shapes[matrix][0], maps: maps && mapsOf(maps), label: (i) => `${letter}[${i}]`, mapLabel: (i) => (pictures ? numberName(run, matrix, [i]) : `${letter}[${i}]`) });
  }
  return columns;
}

const mapsOf = ({ shape, data }) => ({ side: shape[1], data });

/** The lecture's name of a number of a parameter: W[1][3,0]. */
export const numberName = (run, parameter, index) => `${run.parameters[parameter] ?? parameter}[${index}]`;

/** A unit's own map, from −1 to 1, and what 1 stands for; null where it has none. */
export function mapOf({ maps }, unit) {
  const size = maps ? maps.side ** 2 : 0;
  if (!size || (unit + 1) * size > maps.data.length) return null;
  const largest = maps.data.reduce((most, a) => Math.max(most, Math.abs(a)), 1e-9);
  return { side: maps.side, values: maps.data.subarray(unit * size, (unit + 1) * size).map((a) => a / largest), largest };
}
