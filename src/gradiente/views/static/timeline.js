// The time line: its track is the loss curve of the runs; where it is dragged to, they go.

const STEPS = 400; // points that are drawn
export const TONES = ["--muted", "--warm", "--accent", "--ink"]; // of the runs

/**
 * @param {HTMLElement} element a slider, with a canvas in it
 * @param {{curves: {losses: ArrayLike<number>, stepsPerPoint: number, first: number}[], step: number, furthest: number}} state
 */
export function render(element, { curves, step, furthest }) {
  const canvas = element.querySelector("canvas");
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio].map(Math.round);
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const style = getComputedStyle(canvas);
  const [accent, rule] = ["--accent", "--rule"].map((name) => style.getPropertyValue(name));
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  const last = Math.max(1, furthest);
  const across = (at) => (at / last) * (width - 2 * ratio) + ratio;
  const [low, high] = extent(curves.flatMap(({ losses }) => Array.from(losses)));
  const down = (loss) => height - 4 * ratio - ((Math.log(loss + 1e-9) - low) / (high - low || 1)) * (height - 8 * ratio);
  context.strokeStyle = rule;
  context.beginPath();
  context.moveTo(0, height - ratio);
  context.lineTo(width, height - ratio);
  context.stroke();
  curves.forEach(({ losses, stepsPerPoint, first }, i) => {
    const colour = style.getPropertyValue(TONES[i % TONES.length]);
    const from = Math.floor(first / stepsPerPoint); // what it shares with the run that it left
    curve(context, losses, from, (i) => across((i + 1) * stepsPerPoint), down, colour, ratio);
  });
  context.strokeStyle = context.fillStyle = accent;
  context.lineWidth = 1.5 * ratio;
  context.beginPath();
  context.moveTo(across(step), 0);
  context.lineTo(across(step), height);
  context.stroke();
  element.setAttribute("aria-valuemax", furthest);
  element.setAttribute("aria-valuenow", step);
}

/** The step that a place on the time line stands for. */
export function stepAt(element, clientX, furthest) {
  const box = element.getBoundingClientRect();
  return Math.round(Math.max(0, Math.min(1, (clientX - box.left) / box.width)) * furthest);
}

function extent(losses) {
  let [low, high] = [Infinity, -Infinity];
  for (const loss of losses) {
    const value = Math.log(loss + 1e-9);
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}

function curve(context, losses, from, across, down, colour, ratio) {
  if (losses.length <= from) return;
  const stride = Math.max(1, Math.floor((losses.length - from) / STEPS));
  context.strokeStyle = colour;
  context.lineWidth = 1.5 * ratio;
  context.lineJoin = "round";
  context.beginPath();
  for (let i = from; i < losses.length; i += stride) context.lineTo(across(i), down(losses[i]));
  context.lineTo(across(losses.length - 1), down(losses[losses.length - 1]));
  context.stroke();
}
