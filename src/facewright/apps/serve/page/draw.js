// A box drawn by hand over a face that was missed: with the mouse or a finger, or placed and moved by keys.

const LEAST = 6; // pixels on the page: less is a click that slipped
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export const drawnFace = (box) => ({ box, score: 1, landmarks: null, words: ["added by hand"], chosen: true, drawn: true });

// While `picture` has the class "drawing", a drag over it calls done([x0, y0, x1, y1]) in pixels of the photo.
export function drawing(picture, size, done) {
  let start = null;
  const frame = document.createElement("div");
  frame.className = "frame-drawn";
  const at = (event) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    const share = (value, whole) => Math.min(1, Math.max(0, value / whole));
    return [share(event.clientX - left, width), share(event.clientY - top, height)];
  };
  const box = (event) => {
    const [[ax, ay], [bx, by]] = [start, at(event)];
    return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
  };
  picture.addEventListener("pointerdown", (event) => {
    if (!picture.classList.contains("drawing") || event.button) return;
    event.preventDefault();
    picture.setPointerCapture(event.pointerId);
    start = at(event);
  });
  picture.addEventListener("pointermove", (event) => {
    if (!start) return;
    const [x0, y0, x1, y1] = box(event).map((share) => `${100 * share}%`);
    Object.assign(frame.style, { left: x0, top: y0, width: `calc(${x1} - ${x0})`, height: `calc(${y1} - ${y0})` });
    picture.append(frame);
  });
  picture.addEventListener("pointercancel", () => { start = null; frame.remove(); });
  picture.addEventListener("pointerup", (event) => {
    if (!start) return;
    const shares = box(event);
    start = null;
    frame.remove();
    const { width, height } = picture.getBoundingClientRect();
    if ((shares[2] - shares[0]) * width < LEAST || (shares[3] - shares[1]) * height < LEAST) return;
    const [wide, high] = size();
    done(shares.map((share, i) => Math.round(share * (i % 2 ? high : wide))));
  });
}

// The middle of the photo, from where keys move it.
export function middleBox(width, height) {
  const [wide, high] = [0.08 * Math.min(width, height), 0.1 * Math.min(width, height)];
  return [width / 2 - wide, height / 2 - high, width / 2 + wide, height / 2 + high].map(Math.round);
}

// Arrows move a box, with Shift its lower right corner. True when the key was one of them.
export function moveBox(box, event, width, height) {
  if (!(event.key in MOVES)) return false;
  const step = Math.max(1, Math.round(Math.max(width, height) / 100));
  const [dx, dy] = MOVES[event.key].map((direction) => direction * step);
  const moved = event.shiftKey
    ? [box[0], box[1], box[2] + dx, box[3] + dy]
    : [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy];
  const inside = moved[0] >= 0 && moved[1] >= 0 && moved[2] <= width && moved[3] <= height;
  if (inside && moved[2] - moved[0] >= 2 && moved[3] - moved[1] >= 2) box.splice(0, 4, ...moved);
  return true;
}
