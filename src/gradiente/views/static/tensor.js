// A tensor as nested boxes: rows of cells, sheets one behind the other, blocks beside and below one another.

const NAMESPACE = "http://www.w3.org/2000/svg";
const CELL = 34; // of a number that is written
const SMALL = 13; // of one that is not
const MOST_CELLS = 12; // along an axis of a sheet; a longer one is a plain box
const MOST_SHEETS = 5;
const MOST_BLOCKS = 4;
const BEHIND = 9; // from a sheet to the next one
const GAP = 14; // between blocks
const EDGE = 18; // for the sizes that are written outside

/**
 * @param {{id: string, shape: number[], from: (boolean)[], names: string[] | null, values: number[] | null, label: string,
 *   written: (value: number) => string}} state `from`: which axes are copies, except their first place; names null: no sizes
 */
export function render(element, state) {
  const signature = JSON.stringify([state.shape, state.from, state.names, state.values, state.label]);
  if (element.dataset.signature === signature) return;
  element.dataset.signature = signature;
  const drawing = new Drawing(state);
  const { width, height, parts } = drawing.block(0, []);
  const svg = made("svg", { ...(state.label ? { role: "img" } : { "aria-hidden": "true" }), viewBox: `-2 -2 ${width + 4} ${height + 4}`, width: width + 4, height: height + 4 });
  svg.append(...(state.label ? [made("title", {}, state.label)] : []), hatch(`${state.id}-hatch`), ...parts);
  element.replaceChildren(svg);
}

class Drawing {
  constructor({ id, shape, from, names, values, written }) {
    Object.assign(this, { id, shape, from, names, values, written });
    this.size = values ? CELL : SMALL;
  }

  /** The part with these first places: its extent, and its elements from (0, 0) on. */
  block(axis, places) {
    const left = this.shape.length - axis;
    if (left <= 2) return this.sheet(axis, places);
    if (left === 3) return this.stack(axis, places);
    return this.blocks(axis, places, left % 2 === 0);
  }

  /** Rows and columns; room for their sizes is left of and below every sheet, and they stand at the first one. */
  sheet(axis, places) {
    const rank = this.shape.length;
    const [rows, columns] = rank - axis === 2 ? [this.shape[axis], this.shape[axis + 1]] : [1, this.shape[axis] ?? 1];
    const [across, down, margin] = [this.extent(columns), this.extent(rows), rank > 1 ? this.widthOf(this.named(rank - 2)) : 0];
    const parts = [];
    if (rows > MOST_CELLS || columns > MOST_CELLS) parts.push(this.box(margin, 0, across, down, this.isCopy(places) || this.from.slice(axis).some(Boolean)));
    else {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const place = [...places, ...[row, column].slice(2 - (rank - axis))];
          parts.push(this.cell(margin + column * this.size, row * this.size, place));
        }
      }
    }
    if (rank && isFirst(places)) parts.push(label(margin + across / 2, down + 13, this.named(rank - 1), "middle"));
    if (rank > 1 && isFirst(places)) parts.push(label(margin - 6, down / 2 + 4, this.named(rank - 2), "end"));
    return { width: across + margin, height: down + (rank ? EDGE : 0), parts };
  }

  /** Sheets, the first one in front; their number stands above the last. */
  stack(axis, places) {
    const shown = few(this.shape[axis], MOST_SHEETS);
    const sheets = shown.map((place) => this.sheet(axis + 1, [...places, place]));
    const back = (shown.length - 1) * BEHIND;
    const { width, height } = sheets[0];
    const parts = sheets.map((sheet, i) => moved(sheet.parts, i * BEHIND, EDGE + back - i * BEHIND)).reverse();
    if (isFirst(places)) parts.push(label(width + back, 13, this.named(axis), "end"));
    return { width: Math.max(width + back, this.widthOf(this.named(axis))), height: height + back + EDGE, parts };
  }

  /** Blocks in a frame, beside one another or one below the other; their number stands above. */
  blocks(axis, places, beside) {
    const shown = few(this.shape[axis], MOST_BLOCKS);
    const parts = [];
    let [x, y, right, bottom] = [GAP / 2, EDGE + GAP / 2, this.widthOf(this.named(axis)), 0];
    shown.forEach((place, i) => {
      if (i > 0 && place > shown[i - 1] + 1) {
        parts.push(label(x, y + 12, "⋯", "start"));
        if (beside) x += 2 * GAP;
        else y += 1.5 * GAP;
      }
      const block = this.block(axis + 1, [...places, place]);
      parts.push(moved(block.parts, x, y));
      [right, bottom] = [Math.max(right, x + block.width + GAP / 2), Math.max(bottom, y + block.height + GAP / 2)];
      if (beside) x += block.width + GAP;
      else y += block.height + GAP;
    });
    const outline = made("rect", { x: 0, y: EDGE, width: right, height: bottom - EDGE, rx: 6, class: "frame" });
    const title = isFirst(places) ? [label(0, 13, this.named(axis), "start")] : [];
    return { width: right, height: bottom, parts: [outline, ...parts, ...title] };
  }

  cell(x, y, place) {
    const box = this.box(x, y, this.size, this.size, this.isCopy(place));
    if (!this.values) return box;
    const at = place.reduce((sum, one, axis) => sum * this.shape[axis] + one, 0);
    const middle = { x: x + this.size / 2, y: y + this.size / 2 + 4, "text-anchor": "middle", class: "written" };
    return moved([box, made("text", middle, this.written(this.values[at]))], 0, 0);
  }

  box(x, y, width, height, copy) {
    const extent = { x, y, width, height };
    const box = made("rect", { ...extent, class: "cell" });
    return copy ? moved([box, made("rect", { ...extent, class: "copy", fill: `url(#${this.id}-hatch)` })], 0, 0) : box;
  }

  isCopy(places) {
    return places.some((place, axis) => this.from[axis] && place > 0);
  }

  extent(size) {
    return size <= MOST_CELLS ? size * this.size : this.size * MOST_CELLS * (1 + Math.log10(size / MOST_CELLS) / 2);
  }

  named(axis) {
    if (!this.names) return "";
    return [this.names[axis], this.shape[axis]].filter((part) => part !== undefined).join(" ");
  }

  widthOf(text) {
    return text ? 6.6 * text.length + 8 : 0;
  }
}

const isFirst = (places) => places.every((place) => place === 0);

const few = (size, most) =>
  size <= most ? Array.from({ length: size }, (_, i) => i) : [...Array.from({ length: most - 1 }, (_, i) => i), size - 1];

function label(x, y, text, anchor) {
  return made("text", { x, y, "text-anchor": anchor, class: "size" }, text);
}

function moved(parts, x, y) {
  const group = made("g", { transform: `translate(${x} ${y})` });
  group.append(...parts);
  return group;
}

function hatch(id) {
  const pattern = made("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  pattern.append(made("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "hatch" }));
  const definitions = made("defs", {});
  definitions.append(pattern);
  return definitions;
}

function made(name, attributes, text = "") {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== "") element.textContent = text;
  return element;
}
