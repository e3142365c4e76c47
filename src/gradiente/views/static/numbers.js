// Numbers as text: 1.25·10⁻⁷ or 12,345.5, with a true minus; grouped as the language does, like formatting.py.

const RAISED = Object.fromEntries([..."-0123456789"].map((digit, i) => [digit, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"[i]]));

export function written(value, digits = 6, language = "en") {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  const rounded = Number(value.toPrecision(digits));
  const [mantissa, power] = (rounded && Math.abs(rounded) < 1e-4 ? rounded.toExponential() : String(rounded)).split("e");
  const raised = power ? `·10${[...power.replace("+", "")].map((digit) => RAISED[digit]).join("")}` : "";
  const [whole, ...decimals] = mantissa.replace("-", "−").split(".");
  const group = language === "es" ? "\u202f" : ",";
  const grouped = whole.replace(/\d{5,}/, (all) => all.replace(/\B(?=(\d{3})+$)/g, group));
  return [grouped, ...decimals].join(".") + raised;
}
