// What the page shows of its state: which photo and faces, and what can be done with them.

import * as browser from "./local.js";
import { capital, faceCount, listFaces, listPhotos, summary } from "./panel.js";
import { CLOSER, sure } from "./photo.js";
import * as server from "./server.js";

const $ = (id) => document.getElementById(id);

// state: as main.js keeps it; on: what happens when a face is chosen or a photo picked
export function view(state, about, stage, on) {
  const photo = state.current;
  document.body.dataset.state = photo ? "photos" : "empty";
  document.body.dataset.working = state.photos.filter((other) => other.status === "working").length;
  $("welcome").hidden = Boolean(photo);
  $("work").hidden = !photo;
  for (const place of document.querySelectorAll("[data-privacy]")) place.textContent = privacy(state.engine, about);
  if (!photo) return stage.show(null);
  const faces = photo.visible(state.score);
  const chosen = faces.filter((face) => face.chosen).length;
  const after = Boolean(photo.result) && !state.original;
  stage.show(after ? photo.result.bitmap : photo.bitmap, faces, after);
  listFaces($("list"), photo, faces, on.toggle, (i, near) => $("faces").children[i]?.classList.toggle("near", near));
  listPhotos($("strip"), state.photos, photo, state.score, on.show);
  // faces in all frames of an animation, whatever is chosen in the first
  const all = photo.several && state.engine === server;
  notice(photo, faces, all);
  const done = photo.status === "done";
  $("count").textContent = done ? capital(summary(faces)) : photo.status === "working" ? "Looking …" : "Not read";
  $("file").textContent = photo.bitmap ? `${photo.name}, ${photo.width} × ${photo.height}` : photo.name;
  $("found").hidden = !done;
  $("slider").hidden = !photo.faces.length;
  $("closer").hidden = photo.look.size >= Math.min(CLOSER, Math.max(photo.width, photo.height));
  $("all").hidden = $("none").hidden = !faces.length;
  $("sure").hidden = faces.every(sure);
  $("actions").hidden = !done || !(faces.length || all);
  $("score").value = state.score;
  $("score-out").textContent = state.score.toFixed(2);
  $("hide").textContent = state.working === $("hide") ? "Hiding …" : all ? "Hide faces in all frames" : chosen ? `Hide ${faceCount(chosen)}` : "No face chosen";
  $("crop").textContent = state.working === $("crop") ? "Cropping …" : "Crop";
  $("hide").disabled = Boolean(state.working) || !(chosen || all);
  $("crop").disabled = Boolean(state.working) || !chosen;
  $("hide-all").hidden = state.photos.filter((other) => other.status === "done").length < 2;
  $("hide-all").disabled = Boolean(state.working);
  $("result").hidden = !photo.result;
  $("hide").hidden = Boolean(photo.result);
  if (photo.result) {
    URL.revokeObjectURL($("download").href);
    $("download").href = URL.createObjectURL(photo.result.blob);
    $("download").download = photo.result.name;
    $("original").setAttribute("aria-pressed", state.original);
    $("original").textContent = state.original ? "Show result" : "Show original";
  }
}

function notice(photo, faces, all) {
  const fewer = photo.faces.length > faces.length ? " Lower scores hide below." : "";
  const words = {
    working: "Looking for faces …",
    error: photo.problem,
    done: all ? "Several frames: the first is shown. Hide covers every face in every one."
      : faces.length ? "" : `No face found.${fewer}`,
  }[photo.status];
  $("notice").hidden = !words;
  $("notice").className = `notice ${{ working: "working", error: "bad", done: "" }[photo.status]}`;
  $("notice").classList.toggle("alone", !photo.bitmap);
  $("notice-text").textContent = words;
  $("again").hidden = photo.status !== "error" || !photo.bitmap;
}

function privacy(engine, about) {
  if (engine === browser) {
    return "Photos stay in this page: your browser finds the faces, and nothing is sent. It does not describe them.";
  }
  const here = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  const sent = `Photos are sent to ${here ? "facewright on this computer" : location.host}, which keeps them in memory while it works, and nowhere else.`;
  return about.browser ? sent : `${sent} Finding faces in the browser itself is not installed here.`;
}
