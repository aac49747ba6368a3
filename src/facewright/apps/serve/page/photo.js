// A photo that a person brought: its pixels, upright as the camera meant them, and what is known of its faces.

let last = 0;
export const CLOSER = 1600; // long side for "Look closer": smaller faces, more work, so nobody waits for it unasked
const SAME = 0.5; // IoU from which a face is one that was found before

export class Photo {
  constructor(file, look) {
    this.id = ++last;
    this.file = file;
    this.name = file.name || `pasted-${this.id}.png`;
    this.look = look; // how its faces are looked for: {minScore, size}
    this.status = "working"; // or "done", "error"
    this.problem = "";
    this.bitmap = null;
    this.several = false; // whether there are frames or pages behind the first, which alone is shown
    this.faces = []; // every face found, from left to right: {box, score, landmarks, words, doubtful, chosen}; then those drawn by hand
    this.result = null; // {blob, bitmap, name} of the photo with faces hidden
    this.drops = 0; // how often it became stale, or would have
  }

  get width() { return this.bitmap?.width ?? 0; }
  get height() { return this.bitmap?.height ?? 0; }

  // Colours are left as they are in the file, as Python leaves them.
  async open() {
    try {
      this.bitmap = await createImageBitmap(this.file, { colorSpaceConversion: "none" });
    } catch {
      throw new Error(`${this.name} is not a picture that this browser can show.`);
    }
  }

  // sureScore: from which a face is one. What may be none is chosen too: it is better hidden than missed. What
  // was left out before stays so, looked at again.
  take({ faces, several = false }, sureScore) {
    this.several = several;
    const drawn = this.faces.filter((face) => face.drawn);
    const out = this.faces.filter((face) => !face.drawn && !face.chosen);
    const found = faces.map((face) => {
      const chosen = out.every(({ box }) => iou(box, face.box) < SAME);
      return { words: null, ...face, doubtful: face.score < sureScore, chosen };
    });
    this.faces = [...found, ...drawn];
    this.drop();
    this.status = "done";
  }

  fail(error) {
    this.status = "error";
    this.problem = error.message;
  }

  // A result shows faces as they were chosen then; any change makes it stale.
  drop() {
    this.result?.bitmap.close();
    this.result = null;
    this.drops += 1;
  }

  close() {
    this.drop();
    this.bitmap?.close();
  }

  visible(score) { return this.faces.filter((face) => face.score >= score); }
  chosen(score) { return this.visible(score).filter((face) => face.chosen); }
}

export const sure = (face) => !face.doubtful;

function iou(a, b) {
  const side = (i) => Math.max(0, Math.min(a[i + 2], b[i + 2]) - Math.max(a[i], b[i]));
  const area = ([x0, y0, x1, y1]) => (x1 - x0) * (y1 - y0);
  const both = side(0) * side(1);
  return both / (area(a) + area(b) - both);
}

// of what the server answers with
const ENDINGS = {
  "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif", "image/bmp": "bmp", "image/tiff": "tif",
  "image/avif": "avif", "image/heif": "heic", "image/jp2": "jp2", "image/x-tga": "tga", "image/qoi": "qoi",
  "image/x-portable-anymap": "ppm", "application/zip": "zip",
};

// "holiday.jpeg", "hidden", "image/png" -> "holiday-hidden.png"
export function derivedName(name, word, type) {
  const stem = name.replace(/\.[^.]*$/, "") || "photo";
  return `${stem}-${word}.${ENDINGS[type] ?? "png"}`;
}
