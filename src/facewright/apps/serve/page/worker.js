// The shipped model file run by ONNX Runtime in a thread of its own, so that the page stays responsive.
// In: {id, pixels: {data (RGBA), width, height}, look, jpeg}; out: {id, faces} or {id, problem}.
// look: {size, minScore, iou, mostFaces}; jpeg: whether the picture came as one

import * as ort from "./vendor/ort.wasm.bundle.min.mjs";
import { withoutDefaults } from "./onnx.js";
import { reduce, resize } from "./pillow.js";

const OPTIONS = ["score_threshold", "iou_threshold", "max_faces"];

ort.env.wasm.wasmPaths = { wasm: new URL("vendor/ort-wasm-simd-threaded.wasm", import.meta.url).href };
ort.env.wasm.numThreads = self.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency || 1) : 1;

const session = open();

self.addEventListener("message", async ({ data: { id, pixels, look, jpeg } }) => {
  try {
    self.postMessage({ id, faces: await find(await session, pixels, look, jpeg) });
  } catch (error) {
    self.postMessage({ id, problem: `This browser could not run the model: ${error.message ?? error}` });
  }
});

async function open() {
  const file = await fetch(new URL("../model.onnx", import.meta.url));
  if (!file.ok) throw new Error(`the model file cannot be read (${file.status})`);
  const model = withoutDefaults(new Uint8Array(await file.arrayBuffer()), OPTIONS);
  return ort.InferenceSession.create(model, { logSeverityLevel: 3 });
}

async function find(model, pixels, { size, minScore, iou, mostFaces }, jpeg) {
  const { width, height } = pixels;
  const rgb = toRgb(pixels);
  const seen = fitted(jpeg ? drafted(rgb, size) : rgb, size);
  const { boxes, scores, landmarks } = await model.run({
    picture: new ort.Tensor("uint8", seen.data, [seen.height, seen.width, 3]),
    score_threshold: new ort.Tensor("float32", [minScore], []),
    iou_threshold: new ort.Tensor("float32", [iou], []),
    max_faces: new ort.Tensor("int64", [BigInt(mostFaces)], [1]),
  });
  const [across, down] = [width / seen.width, height / seen.height];
  const faces = [];
  for (let i = 0; i < scores.data.length; i += 1) {
    const place = (values, at) => [values[at] * across, values[at + 1] * down];
    const box = [...place(boxes.data, 4 * i), ...place(boxes.data, 4 * i + 2)]
      .map((value, side) => Math.min(Math.max(value, 0), side % 2 ? height : width));
    if (box[2] <= box[0] || box[3] <= box[1]) continue;
    const points = landmarks && Array.from({ length: 5 }, (_, k) => place(landmarks.data, 10 * i + 2 * k));
    faces.push({ box, score: scores.data[i], landmarks: points });
  }
  return faces.sort((a, b) => a.box[0] - b.box[0]);
}

// Python has a large JPEG decoded at 1/2, 1/4 or 1/8, which libjpeg does by means of as many pixels.
function drafted(picture, size) {
  const { width, height } = picture;
  const fits = (scale) => Math.ceil(Math.max(width, height) / scale) >= size && Math.min(width, height) >= scale;
  const scale = [8, 4, 2].find(fits) ?? 1;
  return reduce(picture, scale, scale);
}

// As core/pictures.py: the long side becomes `size`, and nothing is enlarged.
function fitted(picture, size) {
  const factor = size / Math.max(picture.width, picture.height);
  if (factor >= 1) return picture;
  return resize(picture, side(picture.width * factor), side(picture.height * factor));
}

// Python rounds halves to even.
function side(value) {
  const below = Math.floor(value);
  return Math.max(1, value - below === 0.5 ? below + (below % 2) : Math.round(value));
}

// What is transparent lies on white already.
function toRgb({ data, width, height }) {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return { data: rgb, width, height };
}
