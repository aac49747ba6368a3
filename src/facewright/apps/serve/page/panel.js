// The list of faces beside the photo, and the strip of photos below it.

const THUMB = 92; // pixels: twice the size on the page

function thumbnail(bitmap, [x0, y0, x1, y1], side = THUMB) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const half = Math.max(x1 - x0, y1 - y0) * 0.62;
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, x - half, y - half, 2 * half, 2 * half, 0, 0, side, side);
  return canvas;
}

function text(tag, words, className = "") {
  const element = document.createElement(tag);
  element.textContent = words;
  element.className = className;
  return element;
}

// Rows are kept while the faces are the same ones, so that the focus stays.
export function listFaces(list, photo, faces, toggle, point) {
  const same = list.faces?.length === faces.length && faces.every((face, i) => list.faces[i] === face);
  if (!same) {
    list.replaceChildren(...faces.map((face, i) => row(photo, face, i, toggle, point)));
    list.faces = faces;
  }
  faces.forEach((face, i) => { list.children[i].querySelector("input").checked = face.chosen; });
}

function row(photo, face, i, toggle, point) {
  const item = document.createElement("li");
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.addEventListener("change", () => toggle(face));
  const about = document.createElement("span");
  about.append(text("strong", `Face ${i + 1}`));
  const words = told(face);
  if (words) about.append(text("span", words, "words"));
  about.title = words;
  const score = text("span", face.drawn ? "" : face.score.toFixed(2), "number");
  score.title = "score";
  label.append(box, thumbnail(photo.bitmap, face.box), about, score);
  label.addEventListener("pointerenter", () => point(i, true));
  label.addEventListener("pointerleave", () => point(i, false));
  item.append(label);
  return item;
}

export function listPhotos(strip, photos, current, score, show) {
  strip.replaceChildren(...photos.map((photo) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const count = photo.visible(score).length;
    const state = { working: "…", error: "!", done: String(count) }[photo.status];
    button.type = "button";
    button.className = "photo";
    button.setAttribute("aria-current", photo === current);
    button.setAttribute("aria-label", `${photo.name}, ${photo.status === "done" ? faceCount(count) : photo.status}`);
    if (photo.bitmap) {
      const { width, height } = photo;
      const side = Math.min(width, height) / 1.24;
      const [x, y] = [width / 2, height / 2];
      button.append(photo.thumb ??= thumbnail(photo.bitmap, [x - side / 2, y - side / 2, x + side / 2, y + side / 2], 136));
    }
    button.addEventListener("click", () => show(photo));
    item.className = photo.status === "error" ? "bad" : "";
    item.append(button, text("b", state));
    return item;
  }));
}

// What is said of a face; its attributes tell nothing where there may be none.
export const told = (face) => (face.doubtful ? "perhaps no face" : face.words?.join(", ") ?? "");

// "4 faces, perhaps 1 more"
export function summary(faces) {
  const doubtful = faces.filter((face) => face.doubtful).length;
  const sure = faces.length - doubtful;
  return faceCount(sure) + (doubtful ? `, perhaps ${doubtful}${sure ? " more" : ""}` : "");
}

export const faceCount = (count) => (count === 0 ? "no faces" : count === 1 ? "1 face" : `${count} faces`);
