// Faces cut out on a canvas, with the frames of apps/crop.py and inference/align.py.

const CROWN = 1.23; // from chin to crown, in heights of the face's box
// width / height; height in heights of the face's box; how far down the face's middle lies
const FRAMES = {
  square: [1, 1.5, 0.5],
  "head-and-shoulders": [4 / 5, 2.65, 0.42],
  passport: [35 / 45, 45 / (34 / CROWN), 1 - (7 + 34 / CROWN / 2) / 45],
};
// mean landmarks in an aligned crop, as shares of its side
const TEMPLATE = [[34.5, 55.9], [54.5, 55.9], [44.5, 67.4], [35.7, 76.7], [53.3, 76.7]]
  .map(([x, y]) => [(x - 5) / 79, (y - 21) / 80]);

// bitmap: the whole picture; an OffscreenCanvas of the face comes out
export function cropped(bitmap, face, framing) {
  if (framing === "aligned" && face.landmarks) return aligned(bitmap, face.landmarks);
  const [ratio, heights, down] = FRAMES[framing] ?? FRAMES.square;
  const [x0, y0, x1, y1] = face.box;
  let high = Math.max(x1 - x0, y1 - y0) * heights;
  let wide = high * ratio;
  let [x, y] = [(x0 + x1) / 2 - wide / 2, (y0 + y1) / 2 - high * down];
  const shrink = Math.min(1, bitmap.width / wide, bitmap.height / high);
  x += (wide * (1 - shrink)) / 2;
  y += (high * (1 - shrink)) / 2;
  [wide, high] = [Math.max(1, Math.round(wide * shrink)), Math.max(1, Math.round(high * shrink))];
  x = Math.round(Math.min(Math.max(x, 0), Math.max(0, bitmap.width - wide)));
  y = Math.round(Math.min(Math.max(y, 0), Math.max(0, bitmap.height - high)));
  const canvas = new OffscreenCanvas(wide, high);
  canvas.getContext("2d").drawImage(bitmap, x, y, wide, high, 0, 0, wide, high);
  return canvas;
}

// The turn, scale and shift that bring the landmarks nearest to the template, in least squares.
function aligned(bitmap, points) {
  const mean = (list) => [0, 1].map((c) => list.reduce((sum, point) => sum + point[c], 0) / list.length);
  const [from, to] = [mean(points), mean(TEMPLATE)];
  let [real, imaginary, spread] = [0, 0, 1e-9];
  points.forEach(([px, py], i) => {
    const [ax, ay, bx, by] = [px - from[0], py - from[1], TEMPLATE[i][0] - to[0], TEMPLATE[i][1] - to[1]];
    real += ax * bx + ay * by;
    imaginary += ax * by - ay * bx;
    spread += ax * ax + ay * ay;
  });
  [real, imaginary] = [real / spread, imaginary / spread];
  const side = Math.max(1, Math.min(4096, Math.round(1 / Math.hypot(real, imaginary))));
  const canvas = new OffscreenCanvas(side, side);
  const pen = canvas.getContext("2d");
  const shift = [to[0] - real * from[0] + imaginary * from[1], to[1] - imaginary * from[0] - real * from[1]];
  pen.setTransform(real * side, imaginary * side, -imaginary * side, real * side, shift[0] * side, shift[1] * side);
  pen.imageSmoothingQuality = "high";
  drawWithEdges(pen, bitmap);
  return canvas;
}

// The bitmap, and far around it what its edges show, as a canvas has no word for that.
function drawWithEdges(pen, bitmap) {
  const parts = (length) => [[0, 1, -4 * length, 4 * length + 1], [length - 1, 1, length - 1, 4 * length], [0, length, 0, length]];
  for (const [fromX, wide, x, width] of parts(bitmap.width)) {
    for (const [fromY, high, y, height] of parts(bitmap.height)) {
      pen.drawImage(bitmap, fromX, fromY, wide, high, x, y, width, height);
    }
  }
}
