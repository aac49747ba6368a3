// The photo, its landmarks, and a button over each face: clicked, or reached by Tab, it chooses the face.

import { told } from "./panel.js";

const POINTS = ["#50beff", "#ffd746", "#ff5a78", "#be82ff", "#ff963c"]; // as core/draw.py colours them

export class Stage {
  constructor(elements, toggle) {
    Object.assign(this, elements); // stage, picture, canvas, faces
    this.toggle = toggle;
    this.shown = null;
    new ResizeObserver(() => this.fit()).observe(this.stage);
  }

  // bitmap: what is shown; faces: over it, with numbers; after: the result, in which nothing is chosen any more
  show(bitmap, faces, after) {
    this.shown = bitmap && { bitmap, faces, after };
    this.picture.hidden = !bitmap;
    if (!bitmap) return;
    this.picture.classList.toggle("after", after);
    this.#buttons(bitmap, faces);
    this.fit();
  }

  fit() {
    if (!this.shown) return;
    const { bitmap } = this.shown;
    const style = getComputedStyle(this.stage);
    const wide = this.stage.clientWidth - 2 * parseFloat(style.paddingLeft);
    const high = this.stage.clientHeight - 2 * parseFloat(style.paddingTop);
    const scale = Math.min(wide / bitmap.width, high / bitmap.height, 3);
    this.picture.style.width = `${Math.max(1, Math.round(bitmap.width * scale))}px`;
    this.picture.style.height = `${Math.max(1, Math.round(bitmap.height * scale))}px`;
    for (const button of this.faces.children) button.classList.toggle("small", button.offsetWidth < 28);
    this.#draw(scale);
  }

  #draw(scale) {
    const { bitmap, faces, after } = this.shown;
    const dots = Math.min(scale * devicePixelRatio, Math.max(1, 4096 / Math.max(bitmap.width, bitmap.height)));
    this.canvas.width = Math.max(1, Math.round(bitmap.width * dots));
    this.canvas.height = Math.max(1, Math.round(bitmap.height * dots));
    const pen = this.canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(bitmap, 0, 0, this.canvas.width, this.canvas.height);
    if (after) return;
    for (const { box, landmarks } of faces) {
      const radius = Math.max(1.6, Math.min(5, ((box[2] - box[0]) * scale) / 34)) * devicePixelRatio;
      (landmarks ?? []).forEach(([x, y], i) => {
        pen.beginPath();
        pen.arc(x * dots, y * dots, radius, 0, 2 * Math.PI);
        pen.fillStyle = POINTS[i];
        pen.strokeStyle = "rgb(0 0 0 / 65%)";
        pen.lineWidth = devicePixelRatio;
        pen.fill();
        pen.stroke();
      });
    }
  }

  // Kept where the number of faces stays the same, so that the focus does not jump.
  #buttons(bitmap, faces) {
    while (this.faces.children.length > faces.length) this.faces.lastChild.remove();
    while (this.faces.children.length < faces.length) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(document.createElement("b"));
      button.addEventListener("click", () => this.toggle(button.face));
      this.faces.append(button);
    }
    faces.forEach((face, i) => {
      const button = this.faces.children[i];
      const [x0, y0, x1, y1] = face.box;
      button.face = face;
      button.dataset.box = face.box.join(",");
      button.firstChild.textContent = i + 1;
      button.classList.toggle("top", y0 / bitmap.height < 0.04);
      button.setAttribute("aria-pressed", face.chosen);
      button.classList.toggle("doubtful", Boolean(face.doubtful));
      button.setAttribute("aria-label", [`Face ${i + 1}`, told(face)].filter(Boolean).join(": "));
      button.style.left = `${(100 * x0) / bitmap.width}%`;
      button.style.top = `${(100 * y0) / bitmap.height}%`;
      button.style.width = `${(100 * (x1 - x0)) / bitmap.width}%`;
      button.style.height = `${(100 * (y1 - y0)) / bitmap.height}%`;
    });
  }
}
