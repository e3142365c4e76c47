// The hyperparameters of a class as controls; their values are text in the notation.

import { make } from "./elements.js";
import { makeSlider, SCALES } from "./slider.js";

/**
 * Build a control for each field; `set(values)` shows other values, except where one is being edited.
 *
 * @param {{name: string, type: string, choices: string[], default: string | null, symbol: string}[]} fields
 * @param {(name: string, value: string) => void} changed
 */
export function build(element, fields, changed, prefix) {
  const setters = fields.map((field) => {
    const { control, set } = controlOf(field, (value) => changed(field.name, value), `${prefix}-${field.name}`);
    element.append(control);
    return (values) => set(values[field.name] ?? "");
  });
  return (values) => setters.forEach((set) => set(values));
}

function controlOf(field, changed, id) {
  const name = make("span", { className: "symbol", title: field.name }, field.symbol ? make("span", { innerHTML: field.symbol }) : field.name);
  if (field.type === "flag") {
    const box = make("input", { id, type: "checkbox" });
    box.setAttribute("aria-label", field.name);
    box.addEventListener("change", () => changed(box.checked ? "True" : "False"));
    return { control: make("label", { className: "flag" }, name, box), set: (value) => (box.checked = value === "True") };
  }
  if (field.type === "choice") {
    const select = make("select", { id }, ...field.choices.map((choice) => new Option(choice, `'${choice}'`)));
    select.addEventListener("change", () => changed(select.value));
    return { control: make("label", {}, name, select), set: (value) => (select.value = value) };
  }
  const scale = SCALES[field.name];
  if (field.type === "pair") {
    const both = [0, 1].map((i) => makeSlider(`${id}-${i}`, `${field.name} ${i + 1}`, scale, join, "input"));
    function join() {
      changed(`(${both.map(({ box }) => box.value.trim()).join(", ")})`);
    }
    const set = (value) => value.replace(/[()[\]]/g, "").split(",").forEach((part, i) => both[i].show(part.trim()));
    return { control: make("div", { className: "dragged" }, name, ...both.flatMap(({ slider, box }) => [slider, box])), set };
  }
  if (scale) {
    const { box, slider, show } = makeSlider(id, field.name, scale, changed, "input");
    return { control: make("label", { className: "dragged" }, name, slider, box), set: show };
  }
  const box = make("input", { id, type: "text", inputMode: field.type === "text" ? "text" : "decimal" });
  box.setAttribute("aria-label", field.name);
  box.addEventListener("change", () => box.value.trim() && changed(box.value.trim()));
  const set = (value) => box !== document.activeElement && (box.value = value);
  return { control: make("label", {}, name, box), set };
}
