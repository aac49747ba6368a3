// Faces found, hidden and cut out in the page itself: nothing is sent. The same three calls as server.js.

import { cropped } from "./crop.js";
import { hideFace } from "./hide.js";
import { derivedName } from "./photo.js";
import { zip } from "./zip.js";

const ROUNDS = 5; // looks at the hidden picture, at most
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
  const faces = await ask(drawn(photo.bitmap), look, first === 0xff && second === 0xd8);
  return { faces, several: await mayMove(photo.file) };
}

// Whether a file may have further frames: of those only the first is looked at, and kept.
async function mayMove(file) {
  if (["image/jpeg", "image/bmp"].includes(file.type)) return false;
  if (!("ImageDecoder" in self) || !(await ImageDecoder.isTypeSupported(file.type))) return true;
  const decoder = new ImageDecoder({ data: file.stream(), type: file.type });
  await decoder.tracks.ready;
  const { frameCount } = decoder.tracks.selectedTrack;
  decoder.close();
  return frameCount > 1;
}

// Hidden, looked at again as surely as a face is usually found, and hidden more while one is.
export async function hide(photo, faces, look, how) {
  const hiding = faces.map(({ box }) => ({ box, rounds: 0 }));
  for (let left = ROUNDS; ; left -= 1) {
    const pen = drawn(photo.bitmap);
    for (const { box, rounds } of hiding) hideFace(pen, box, how, rounds);
    const found = await ask(pen, { ...look, minScore: Math.max(look.minScore, look.sureScore) }, false);
    const still = hiding.filter(({ box }) => found.some((face) => isOn(face.box, box)));
    if (!still.length || left === 1) return { blob: await encoded(pen.canvas, photo), still: still.length };
    for (const one of still) one.rounds += 1;
  }
}

// Whether a box found lies on a face: by its middle.
function isOn(found, [x0, y0, x1, y1]) {
  const [x, y] = [(found[0] + found[2]) / 2, (found[1] + found[3]) / 2];
  return x >= x0 && x <= x1 && y >= y0 && y <= y1;
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
