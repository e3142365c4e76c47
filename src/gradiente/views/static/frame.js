// A frame of gradiente/lab/frame.py: its values, and its arrays as views of the bytes that came.

const TYPES = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array };

export function readFrame(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const { arrays: described, ...values } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = {};
  for (const [name, { type, shape, at }] of Object.entries(described)) {
    const count = shape.reduce((product, size) => product * size, 1);
    arrays[name] = { shape, data: new TYPES[type](buffer, 4 + length + at, count) };
  }
  return { values, arrays };
}
