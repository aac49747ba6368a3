// Faces found, hidden and cut out by the server that this page came from.

export class Problem extends Error {}

async function ask(path, parameters, file) {
  const address = `v1/${path}?${new URLSearchParams(parameters)}`;
  for (let tries = 1; ; tries += 1) {
    let response;
    try {
      response = await fetch(address, { method: "POST", body: file });
    } catch {
      throw new Problem("The server cannot be reached.");
    }
    if (response.ok) return response;
    if (response.status === 429 && tries < 5) { // full; what took too long once would again
      const seconds = Number(response.headers.get("retry-after")) || 1;
      await new Promise((wake) => setTimeout(wake, seconds * 1000));
      continue;
    }
    const { detail } = await response.json().catch(() => ({})); // a proxy's answer has none
    throw new Problem(detail ? `${detail[0].toUpperCase()}${detail.slice(1)}.` : `The server answered ${response.status}.`);
  }
}

// Faces are named by where they are, so that whatever the server counts, these and no others are meant.
function chosen(faces) {
  const found = faces.filter((face) => !face.drawn).map((face) => `in:${face.box.join(",")}`);
  const drawn = faces.filter((face) => face.drawn).map((face) => face.box.join(","));
  return { faces: found.join(";"), ...(drawn.length && { boxes: drawn.join(";") }) };
}

const found = (look) => ({ min_score: look.minScore, size: look.size });

export async function find(photo, look) {
  const answer = await ask("attributes", found(look), photo.file);
  const { faces, several_pages: several } = await answer.json();
  return { faces, several };
}

// The photo with these faces hidden, as its file was but for them; of an animation all faces in all frames.
export async function hide(photo, faces, look, how) {
  const which = photo.several ? {} : chosen(faces);
  const response = await ask("blur", { ...found(look), ...which, how }, photo.file);
  return { blob: await response.blob(), still: Number(response.headers.get("facewright-still-found")) };
}

// One picture, or a ZIP of several.
export async function crop(photo, faces, look, framing) {
  const response = await ask("crop", { ...found(look), ...chosen(faces), framing }, photo.file);
  return response.blob();
}
