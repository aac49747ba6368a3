// What the page works on, and what happens when something is dropped, pressed or found.

import * as browser from "./local.js";
import { drawing, drawnFace, middleBox, moveBox } from "./draw.js";
import { capital, faceCount, summary } from "./panel.js";
import { CLOSER, Photo, derivedName, sure } from "./photo.js";
import * as server from "./server.js";
import { Stage } from "./stage.js";
import { view } from "./view.js";
import { zip } from "./zip.js";

const $ = (id) => document.getElementById(id);
const LEAST_SCORE = 0.05; // asked for; the slider then shows and hides without asking again

const lookOf = (size) => ({
  minScore: LEAST_SCORE, sureScore: Math.min(0.5, about.min_score), size, iou: about.iou, mostFaces: about.max_faces,
});
const about = await (await fetch("about.json")).json();
const state = { photos: [], current: null, engine: server, score: about.careful_score, original: false };
const stage = new Stage({ stage: $("stage"), picture: $("picture"), canvas: $("canvas"), faces: $("faces") }, toggle);
const render = () => view(state, about, stage, { toggle, show });

// ---- photos come in ----

async function add(files) {
  const photos = [...files].filter((file) => file.type.startsWith("image/") || /\.(heic|avif|jxl)$/i.test(file.name))
    .map((file) => new Photo(file, lookOf(about.size)));
  if (!photos.length) return say(files.length ? "These are no photos." : "There is nothing to add.");
  state.photos.push(...photos);
  show(photos[0]);
  for (const photo of photos) await look(photo); // one after another: the server is not ours alone
}

async function look(photo, size = about.size) {
  photo.look = lookOf(size);
  photo.status = "working";
  render();
  try {
    if (!photo.bitmap) await photo.open();
    if (!state.photos.includes(photo)) return photo.close();
    if (photo === state.current) render();
    const engine = state.engine;
    const found = await engine.find(photo, photo.look);
    if (state.photos.includes(photo)) photo.take(found, about.min_score);
    if (photo === state.current) say(`${capital(summary(photo.visible(state.score)))} found in ${photo.name}.`, true);
  } catch (error) {
    photo.fail(error);
    if (photo === state.current) say(error.message, true);
  }
  render();
}

async function lookOnceMore(size) {
  await look(state.current, size);
  if (document.activeElement === document.body) $("draw").focus(); // the button pressed is gone
}

function show(photo) {
  state.current = photo;
  state.original = false;
  render();
}

function remove() {
  const at = state.photos.indexOf(state.current);
  state.photos.splice(at, 1)[0].close();
  show(state.photos[Math.min(at, state.photos.length - 1)] ?? null);
  (state.current ? $("remove") : $("choose")).focus();
}

// ---- choosing ----

function toggle(face) {
  face.chosen = !face.chosen;
  changed();
}

// which: tells of a face whether it is to be chosen
function choose(which) {
  for (const face of state.current.visible(state.score)) face.chosen = which(face);
  changed();
}

// ---- marking what was missed ----

function mark(box) {
  setDrawing(false);
  state.current.faces.push(drawnFace(box));
  changed();
  $("faces").lastChild.focus();
}

function setDrawing(on) {
  $("picture").classList.toggle("drawing", on);
  $("draw").setAttribute("aria-pressed", on);
  if (on) say("Draw a box around the face.");
}

function changed(photos = [state.current]) {
  for (const photo of photos) photo?.drop();
  render();
}

// ---- hiding, cropping, taking away ----

async function hidden(photo) {
  const faces = photo.chosen(state.score);
  const { blob, still } = await state.engine.hide(photo, faces, photo.look, checked("how"));
  const name = derivedName(photo.name, "hidden", blob.type);
  return { blob, still, name, bitmap: await createImageBitmap(blob, { colorSpaceConversion: "none" }) };
}

const hide = busy($("hide"), async () => {
  const photo = state.current;
  const { drops } = photo;
  const result = await hidden(photo);
  if (photo.drops !== drops) {
    result.bitmap.close();
    throw new Error("What is to be hidden was changed meanwhile: hide again.");
  }
  photo.result = result;
  state.original = false;
  render();
  $("download").focus({ preventScroll: true });
  $("stage").scrollIntoView({ block: "nearest" }); // on a phone the buttons are below it
  say(result.still ? `${capital(faceCount(result.still))} can still be found: Solid hides for certain.` : "Hidden, and no longer found by the detector.");
});

// Of what is chosen the sure faces, where there are any: what may be none is chosen to be hidden.
const crop = busy($("crop"), async () => {
  const photo = state.current;
  const chosen = photo.chosen(state.score);
  const faces = chosen.some(sure) ? chosen.filter(sure) : chosen;
  const blob = await state.engine.crop(photo, faces, photo.look, $("framing").value);
  save(blob, derivedName(photo.name, faces.length > 1 ? "faces" : "face", blob.type));
  say(`${capital(faceCount(faces.length))} cropped and downloaded.`);
});

const hideAll = busy($("hide-all"), async () => {
  const photos = state.photos.filter((photo) => photo.status === "done");
  const entries = [];
  let found = 0; // all the same
  for (const [i, photo] of photos.entries()) {
    say(`Hiding: photo ${i + 1} of ${photos.length}.`);
    if (!photo.chosen(state.score).length && !photo.several) {
      entries.push({ name: photo.name, blob: photo.file });
      continue;
    }
    const result = await hidden(photo);
    result.bitmap.close();
    entries.push(result);
    found += result.still;
  }
  save(await zip(entries), "photos-hidden.zip");
  const left = state.photos.length - photos.length;
  say([
    `${photos.length} photos downloaded as one ZIP.`,
    left ? `${left} left out, not having been looked at.` : "",
    found ? `${capital(faceCount(found))} can still be found: Solid hides for certain.` : "",
  ].filter(Boolean).join(" "));
});

// A button's work: it cannot be pressed again meanwhile, and what goes wrong is said.
function busy(button, work) {
  return async () => {
    button.disabled = true;
    state.working = button;
    try {
      await work();
    } catch (error) {
      say(error.message);
    } finally {
      state.working = null;
      render();
      if (document.activeElement === document.body) button.focus(); // where it was, until the button could not be pressed
    }
  };
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// ---- saying ----

let quiet;
// onlyHeard: for those who listen; who sees, sees it already
function say(words, onlyHeard = false) {
  clearTimeout(quiet);
  $("status").textContent = words;
  $("status").classList.toggle("on", !onlyHeard);
  quiet = setTimeout(() => $("status").classList.remove("on"), 4500);
}

const [every, no] = [() => true, () => false];
const checked = (name) => document.querySelector(`input[name="${name}"]:checked`).value;

// ---- wiring ----

for (const id of ["choose", "add"]) $(id).addEventListener("click", () => $("picker").click());
$("picker").addEventListener("change", () => { add($("picker").files); $("picker").value = ""; });
$("all").addEventListener("click", () => choose(every));
$("sure").addEventListener("click", () => choose(sure));
$("none").addEventListener("click", () => choose(no));
$("remove").addEventListener("click", remove);
$("draw").addEventListener("click", (event) => {
  const { width, height } = state.current;
  if (event.detail) return setDrawing(!$("picture").classList.contains("drawing"));
  mark(middleBox(width, height)); // by keyboard
  say("Arrow keys move the box, with Shift its corner; Delete removes it.");
});
drawing($("picture"), () => [state.current.width, state.current.height], mark);
$("faces").addEventListener("keydown", (event) => {
  const { face } = event.target;
  const { current: photo } = state;
  if (!face?.drawn) return;
  if (event.key === "Delete" || event.key === "Backspace") {
    photo.faces.splice(photo.faces.indexOf(face), 1);
    $("draw").focus();
  } else if (!moveBox(face.box, event, photo.width, photo.height)) return;
  event.preventDefault();
  changed();
});
$("hide").addEventListener("click", hide);
$("crop").addEventListener("click", crop);
$("hide-all").addEventListener("click", hideAll);
$("closer").addEventListener("click", () => lookOnceMore(CLOSER));
$("again").addEventListener("click", () => lookOnceMore(state.current.look.size));
$("original").addEventListener("click", () => { state.original = !state.original; render(); });
$("score").addEventListener("input", () => { state.score = Number($("score").value); changed(state.photos); });
$("how").addEventListener("change", () => changed(state.photos));
$("mode").addEventListener("change", async () => {
  state.engine = checked("mode") === "browser" ? browser : server;
  render();
  for (const photo of state.photos) await look(photo);
});

addEventListener("paste", (event) => { if (event.clipboardData.files.length) add(event.clipboardData.files); });
let inside = 0; // dragenter and dragleave come for every element passed
addEventListener("dragenter", (event) => { event.preventDefault(); inside += 1; $("veil").hidden = false; });
addEventListener("dragleave", () => { inside -= 1; $("veil").hidden = inside > 0; });
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  inside = 0;
  $("veil").hidden = true;
  add(event.dataTransfer.files);
});
addEventListener("keydown", (event) => {
  const typing = event.target.matches("select, input:not([type=checkbox], [type=radio])");
  if (!state.current || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const faces = state.current.visible(state.score);
  if (/^[1-9]$/.test(event.key) && faces[event.key - 1]) toggle(faces[event.key - 1]);
  else if (event.key === "Escape") setDrawing(false);
  else if (event.key === "a") choose(every);
  else if (event.key === "s") choose(sure);
  else if (event.key === "n") choose(no);
});

$("version").textContent = `facewright ${about.version}, ${about.model}`;
const inBrowser = document.querySelector("#mode input[value=browser]");
inBrowser.disabled = !about.browser;
inBrowser.parentElement.title = about.browser
  ? "Faces are found by this browser: no photo leaves it"
  : "Not installed on this server: see docs/guide/web.md, In the browser";
render();
document.body.dataset.ready = "yes";
