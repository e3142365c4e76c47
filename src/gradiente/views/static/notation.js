// The notation of optimizers and schedules, Adam(lr=0.1, betas=(0.9, 0.999)), as a name and its arguments as text.

/** @param {{name: string, default: string | null}[]} fields of the class, in order */
export function read(notation, fields) {
  const [name, ...rest] = notation.split("(");
  const values = Object.fromEntries(fields.map((field) => [field.name, field.default]));
  partsOf(rest.join("(").replace(/\)\s*$/, "")).forEach((part, place) => {
    const [, key, value] = /^\s*(?:(\w+)\s*=(?!=))?\s*(.*?)\s*$/s.exec(part);
    const field = key ?? fields[place]?.name;
    if (field !== undefined && value) values[field] = value;
  });
  return { name: name.trim(), values };
}

/** The notation again, without what a class has by default. */
export function write({ name, values }, fields) {
  const given = fields.filter((field) => values[field.name] !== null && values[field.name] !== field.default);
  return `${name}(${given.map((field) => `${field.name}=${values[field.name]}`).join(", ")})`;
}

/** What stands between the commas that are in no brackets and no quotes. */
export function partsOf(text) {
  const parts = [""];
  let [depth, quote] = [0, ""];
  for (const letter of text) {
    if (quote) quote = letter === quote ? "" : quote;
    else if ("'\"".includes(letter)) quote = letter;
    else if ("([".includes(letter)) depth++;
    else if (")]".includes(letter)) depth--;
    if (letter === "," && !depth && !quote) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts;
}
