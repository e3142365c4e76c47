// Elements, made in one call.

export function make(name, properties = {}, ...content) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...content);
  return element;
}

/** A button with a label for those who cannot see what is on it. */
export function button(shown, label, act, properties = {}) {
  const control = make("button", { type: "button", title: label, ...properties }, shown);
  control.setAttribute("aria-label", label);
  control.addEventListener("click", act);
  return control;
}
