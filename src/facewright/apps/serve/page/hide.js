// Faces hidden on a canvas, with the shapes and strengths of apps/blur.py.

const [GROW, FEATHER, SIGMA, CELLS] = [0.5, 0.1, 0.36, 2.5];
const [STRONGER, LARGER] = [1.6, 1.2]; // a round more, where a face is still found
const COLOUR = "rgb(52, 56, 64)";
const FIGURE = "rgb(174, 175, 179)";

// pen: a 2D context of the whole picture; box: [x0, y0, x1, y1] in its pixels; how: as the REST interface names it;
// rounds: how often it was found all the same
export function hideFace(pen, face, how, rounds) {
  const [x, y] = [(face[0] + face[2]) / 2, (face[1] + face[3]) / 2];
  const box = face.map((side, i) => (i % 2 ? y : x) + (side - (i % 2 ? y : x)) * LARGER ** rounds);
  const { width, height } = pen.canvas;
  const [x0, y0, x1, y1] = region(box, width, height);
  const soft = Math.max(1, FEATHER * Math.min(box[2] - box[0], box[3] - box[1]));
  const left = Math.max(0, Math.floor(x0 - soft));
  const top = Math.max(0, Math.floor(y0 - soft));
  const wide = Math.min(width, Math.ceil(x1 + soft)) - left;
  const high = Math.min(height, Math.ceil(y1 + soft)) - top;
  if (wide < 1 || high < 1) return;
  const below = pen.getImageData(left, top, wide, high);
  const above = instead(pen.canvas, [left, top, wide, high], box, how, STRONGER ** rounds);
  const [middleX, middleY] = [(x0 + x1) / 2 - left, (y0 + y1) / 2 - top];
  const [halfX, halfY] = [(x1 - x0) / 2, (y1 - y0) / 2];
  for (let y = 0, at = 0; y < high; y += 1) {
    for (let x = 0; x < wide; x += 1, at += 4) {
      const away = Math.hypot((x + 0.5 - middleX) / halfX, (y + 0.5 - middleY) / halfY) - 1;
      const share = Math.min(1, Math.max(0, 1 - (away * Math.min(halfX, halfY)) / soft));
      for (let c = at; c < at + 3; c += 1) below.data[c] += (above.data[c] - below.data[c]) * share;
    }
  }
  pen.putImageData(below, left, top);
}

// Grown; and where the picture's border cuts the face, as if it went on outside.
function region([x0, y0, x1, y1], width, height) {
  const [wide, high] = [x1 - x0, y1 - y0];
  return [
    x0 - (wide * GROW) / 2 - (x0 <= 0 ? wide : 0),
    y0 - (high * GROW) / 2 - (y0 <= 0 ? high : 0),
    x1 + (wide * GROW) / 2 + (x1 >= width ? wide : 0),
    y1 + (high * GROW) / 2 + (y1 >= height ? high : 0),
  ];
}

function instead(picture, [left, top, wide, high], box, how, strength) {
  const pen = new OffscreenCanvas(wide, high).getContext("2d");
  const side = Math.max(box[2] - box[0], box[3] - box[1]);
  if (how === "pixelate") mosaic(pen, picture, left, top, Math.max(2, (side * strength) / CELLS));
  else if (how === "gaussian") blur(pen, picture, left, top, Math.max(1.5, SIGMA * side * strength));
  else {
    pen.fillStyle = COLOUR;
    pen.fillRect(0, 0, wide, high);
    if (how === "silhouette") figure(pen, box.map((value, i) => value - (i % 2 ? top : left)));
  }
  return pen.getImageData(0, 0, wide, high);
}

function mosaic(pen, picture, left, top, cell) {
  const { width, height } = pen.canvas;
  const [across, down] = [Math.max(1, Math.round(width / cell)), Math.max(1, Math.round(height / cell))];
  pen.imageSmoothingEnabled = false;
  pen.drawImage(means(picture, left, top, width, height, across, down), 0, 0, width, height);
}

// Three passes of a box blur come near enough to Gauss; on a small copy, as a large sigma leaves no detail.
function blur(pen, picture, left, top, sigma) {
  const { width, height } = pen.canvas;
  const factor = Math.max(1, Math.floor(sigma / 3));
  const [across, down] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const small = means(picture, left, top, width, height, across, down).getContext("2d");
  const pixels = small.getImageData(0, 0, across, down);
  const radius = Math.max(1, Math.round((Math.sqrt(4 * (sigma / factor) ** 2 + 1) - 1) / 2));
  for (let pass = 0; pass < 3; pass += 1) {
    for (let y = 0; y < down; y += 1) boxBlur(pixels.data, 4 * y * across, 4, across, radius);
    for (let x = 0; x < across; x += 1) boxBlur(pixels.data, 4 * x, 4 * across, down, radius);
  }
  small.putImageData(pixels, 0, 0);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(small.canvas, 0, 0, width, height);
}

// Along one line of pixels, whose ends are repeated.
function boxBlur(data, start, step, count, radius) {
  for (let c = 0; c < 3; c += 1) {
    const line = Float32Array.from({ length: count }, (_, i) => data[start + i * step + c]);
    const at = (i) => line[Math.min(count - 1, Math.max(0, i))];
    let sum = 0;
    for (let i = -radius; i <= radius; i += 1) sum += at(i);
    for (let i = 0; i < count; i += 1) {
      data[start + i * step + c] = sum / (2 * radius + 1);
      sum += at(i + radius + 1) - at(i - radius);
    }
  }
}

// The mean of each cell of a grid over a part of the picture.
function means(picture, left, top, width, height, across, down) {
  const source = picture.getContext("2d").getImageData(left, top, width, height).data;
  const small = new OffscreenCanvas(across, down);
  const out = new ImageData(across, down);
  for (let y = 0; y < down; y += 1) {
    const [y0, y1] = [Math.floor((y * height) / down), Math.max(Math.ceil(((y + 1) * height) / down), 1)];
    for (let x = 0; x < across; x += 1) {
      const [x0, x1] = [Math.floor((x * width) / across), Math.max(Math.ceil(((x + 1) * width) / across), 1)];
      const sums = [0, 0, 0];
      for (let row = y0; row < y1; row += 1) {
        for (let at = 4 * (row * width + x0); at < 4 * (row * width + x1); at += 4) {
          for (let c = 0; c < 3; c += 1) sums[c] += source[at + c];
        }
      }
      const count = (y1 - y0) * (x1 - x0);
      out.data.set([...sums.map((sum) => sum / count), 255], 4 * (y * across + x));
    }
  }
  small.getContext("2d").putImageData(out, 0, 0);
  return small;
}

function figure(pen, [x0, y0, x1, y1]) {
  const [middle, wide, high] = [(x0 + x1) / 2, x1 - x0, y1 - y0];
  pen.fillStyle = FIGURE;
  pen.beginPath();
  pen.ellipse(middle, y0 + 0.335 * high, 0.28 * wide, 0.285 * high, 0, 0, 2 * Math.PI);
  pen.fill();
  pen.beginPath();
  pen.ellipse(middle, y0 + 1.15 * high, 0.52 * wide, 0.45 * high, 0, 0, 2 * Math.PI);
  pen.fill();
}
