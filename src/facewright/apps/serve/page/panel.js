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

// One element for each of `items`. They are kept while the items are the same ones, so that the focus stays.
function fill(list, items, make) {
  if (list.items?.length === items.length && items.every((item, i) => list.items[i] === item)) return;
  list.replaceChildren(...items.map(make));
  list.items = [...items];
}

export function listFaces(list, photo, faces, toggle, point) {
  fill(list, faces, (face, i) => row(photo, face, i, toggle, point));
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
  fill(strip, photos, (photo) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "photo";
    button.addEventListener("click", () => show(photo));
    item.append(button, text("b", ""));
    return item;
  });
  photos.forEach((photo, i) => {
    const item = strip.children[i];
    const [button, state] = item.children;
    const count = photo.visible(score).length;
    button.setAttribute("aria-current", photo === current);
    button.setAttribute("aria-label", `${photo.name}, ${photo.status === "done" ? faceCount(count) : photo.status}`);
    if (photo.bitmap && !button.firstChild) button.append(photo.thumb ??= whole(photo.bitmap));
    item.className = photo.status === "error" ? "bad" : "";
    state.textContent = { working: "…", error: "!", done: String(count) }[photo.status];
  });
}

function whole(bitmap) {
  const { width, height } = bitmap;
  const half = Math.min(width, height) / 2.48;
  return thumbnail(bitmap, [width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half], 136);
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
export const capital = (words) => words[0].toUpperCase() + words.slice(1);
