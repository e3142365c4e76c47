// Elements, made in one call.

export function make(name, properties = {}, ...content) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...content);
  return element;
}

/** Write words into an element; where they are there already, the page is not laid out anew. */
export function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** A button with a label for those who cannot see what is on it. */
export function button(shown, label, act, properties = {}) {
  const control = make("button", { type: "button", title: label, ...properties }, shown);
  control.setAttribute("aria-label", label);
  control.addEventListener("click", act);
  return control;
}
