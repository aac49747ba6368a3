// Faces found, hidden and cut out in the page itself: nothing is sent. The same three calls as server.js.

import { cropped } from "./crop.js";
import { hideFaces } from "./hide.js";
import { derivedName } from "./photo.js";
import { zip } from "./zip.js";

let worker;
let last = 0;
const waiting = new Map();

function start() {
  worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }) => {
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.problem) reject(new Error(data.problem));
    else resolve(data.faces);
  });
  worker.addEventListener("error", () => {
    worker = null;
    for (const { reject } of waiting.values()) reject(new Error("This browser could not start ONNX Runtime."));
    waiting.clear();
  });
}

function ask(pen, look, jpeg) {
  const { data, width, height } = pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height);
  if (!worker) start();
  const id = ++last;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, pixels: { data, width, height }, look, jpeg }, [data.buffer]);
  });
}

export async function find(photo, look) {
  const [first, second] = new Uint8Array(await photo.file.slice(0, 2).arrayBuffer());
  return ask(drawn(photo.bitmap), look, first === 0xff && second === 0xd8);
}

export async function hide(photo, faces, look, how) {
  const pen = drawn(photo.bitmap);
  hideFaces(pen, faces.map((face) => face.box), how);
  const blob = await encoded(pen.canvas, photo);
  const found = await ask(pen, look, false);
  const inside = ([x0, y0, x1, y1], { box }) => {
    const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    return x >= x0 && x <= x1 && y >= y0 && y <= y1;
  };
  return { blob, still: found.filter((face) => faces.some(({ box }) => inside(box, face))).length };
}

export async function crop(photo, faces, look, framing) {
  const entries = [];
  for (const [i, face] of faces.entries()) {
    const blob = await encoded(cropped(photo.bitmap, face, framing), photo);
    entries.push({ name: derivedName(`face-${i + 1}`, "crop", blob.type), blob });
  }
  return entries.length === 1 ? entries[0].blob : zip(entries);
}

// On white, as Python lays what is transparent.
function drawn(bitmap) {
  const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "white";
  pen.fillRect(0, 0, bitmap.width, bitmap.height);
  pen.drawImage(bitmap, 0, 0);
  return pen;
}

// The kind it came as, where browsers write it. Its metadata stays behind.
function encoded(canvas, photo) {
  const type = ["image/jpeg", "image/webp"].includes(photo.file.type) ? photo.file.type : "image/png";
  return canvas.convertToBlob({ type, quality: 0.92 });
}
