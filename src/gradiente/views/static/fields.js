// The hyperparameters of a class as controls; their values are text in the notation.

import { make } from "./elements.js";
import { makeRate, powerOf } from "./rate.js";

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
  const input = (properties, own = id) => {
    const made = make("input", { id: own, ...properties });
    made.setAttribute("aria-label", field.name);
    return made;
  };
  if (field.type === "flag") {
    const box = input({ type: "checkbox" });
    box.addEventListener("change", () => changed(box.checked ? "True" : "False"));
    return { control: make("label", {}, name, box), set: (value) => (box.checked = value === "True") };
  }
  if (field.type === "choice") {
    const select = make("select", { id }, ...field.choices.map((choice) => new Option(choice, `'${choice}'`)));
    select.addEventListener("change", () => changed(select.value));
    return { control: make("label", {}, name, select), set: (value) => (select.value = value) };
  }
  if (field.type === "pair") {
    const boxes = [0, 1].map((i) => input({ type: "text", inputMode: "decimal" }, `${id}-${i}`));
    boxes.forEach((box, i) => {
      box.setAttribute("aria-label", `${field.name} ${i + 1}`);
      box.addEventListener("change", () => changed(`(${boxes.map((each) => each.value.trim()).join(", ")})`));
    });
    const set = (value) => value.replace(/[()[\]]/g, "").split(",").forEach((part, i) => show(boxes[i], part.trim()));
    return { control: make("label", {}, name, ...boxes), set };
  }
  if (field.name !== "lr") {
    const box = input({ type: "text", inputMode: field.type === "text" ? "text" : "decimal" });
    box.addEventListener("change", () => box.value.trim() && changed(box.value.trim()));
    return { control: make("label", {}, name, box), set: (value) => show(box, value) };
  }
  const { box, slider } = makeRate(id, field.name, changed, "input");
  const set = (value) => {
    show(box, value);
    if (slider !== document.activeElement) slider.value = powerOf(value);
  };
  return { control: make("label", { className: "rate" }, name, slider, box), set };
}

function show(box, value) {
  if (box && box !== document.activeElement) box.value = value;
}
