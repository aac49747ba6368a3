"""Copy-paste: faces cut out of other pictures, pasted onto a canvas (Ghiasi et al., Simple Copy-Paste, 2021).

A face is cut along an ellipse somewhat larger than its box, so that hair and chin come along, and its edge is
feathered. What is known of it moves with it, by the same affine map as its pixels.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from facewright.core.boxes import Floats, clip, coverage
from facewright.datasets.negatives import annotated
from facewright.datasets.sample import Sample
from facewright.transforms.blend import Window, blend, is_grey, without_colour
from facewright.transforms.place import Labels, Pixels, Placement, cut_labels, place_labels, warp_pixels

LEAST = 16.0
"""size of a face worth cutting out, pixels of its picture (square root of its area)"""
LARGEST = 0.6
"""size of the largest pasted face, share of the canvas: it must leave room for others"""
COVERED = 0.1
"""of a face that is there already at most this much comes under a pasted one"""
TRIES = 8
"""places, before a face is not pasted"""


class PasteStyle(NamedTuple):
    """What pasting keeps of a canvas's style."""

    faces: tuple[int, int]
    """fewest and most"""
    smallest: float
    enlarge: float
    degrees: float
    turned: float


class Cut(NamedTuple):
    """An ellipse of a picture that holds one face and no part of another that is known; in sets whose
    neighbours nobody labelled (helen, mtfl) a part of one may come along."""

    picture: Pixels
    face: Labels
    """of this one face"""
    centre: Floats
    """(2,) of the ellipse"""
    radii: Floats
    """(2,)"""

    @property
    def size(self) -> float:
        return float(np.sqrt(np.prod(self.face.boxes[0, 2:] - self.face.boxes[0, :2])))


def paste_faces(
    canvas: Pixels,
    labels: Labels,
    draw: Callable[[np.random.Generator], Sample],
    style: PasteStyle,
    rng: np.random.Generator,
) -> Labels:
    """Paste a few faces onto `canvas`, in place, and give its labels with theirs.

    draw: gives a sample to cut a face out of. A sample without a face fit for it, and a face for which no
    place is found, are left out.
    """
    for _ in range(int(rng.integers(style.faces[0], style.faces[1] + 1))):
        cut = cut_face(draw(rng), rng)
        if cut is not None:
            labels = _paste(canvas, labels, cut, style, rng)
    return labels


def cut_face(sample: Sample, rng: np.random.Generator) -> Cut | None:
    """One of a sample's faces, with what is around it. None where the one drawn is too small, cut off by the
    picture's border, or too near to another face."""
    if not len(sample.boxes):
        return None
    chosen = int(rng.integers(len(sample.boxes)))
    box = sample.boxes[chosen]
    half = (box[2:] - box[:2]) / 2
    wider, higher = rng.uniform(1.25, 1.55, 2)
    if 2 * np.sqrt(half.prod()) < LEAST:
        return None
    picture = sample.read()
    height, width = picture.shape[:2]
    if min(*box[:2], width - box[2], height - box[3]) < 1:
        return None
    centre = (box[:2] + box[2:]) / 2 - (0, 0.16 * half[1])  # more hair than neck
    radii = half * (wider, higher)
    around = clip([[*(centre - radii), *(centre + radii)]], width, height)
    others = np.delete(sample.boxes, chosen, axis=0)
    if annotated(sample, width, height):
        others = np.concatenate([others, sample.ignore])
    if coverage(others, around).max(initial=0) > COVERED:
        return None
    face = Labels(box[None], sample.landmarks[chosen][None], Labels.none().ignore)
    return Cut(picture, face, centre.astype(np.float32), radii.astype(np.float32))


def _paste(canvas: Pixels, labels: Labels, cut: Cut, style: PasteStyle, rng: np.random.Generator) -> Labels:
    side = min(canvas.shape[:2])
    most = max(LARGEST * side, style.smallest + 1)
    wanted = float(np.exp(rng.uniform(np.log(style.smallest * 1.05), np.log(most))))
    scale = min(wanted / cut.size, style.enlarge)
    degrees = float(rng.uniform(-style.degrees, style.degrees)) if rng.random() < style.turned else 0.0
    mirror = bool(rng.random() < 0.5)
    feather = float(rng.uniform(0.08, 0.2))
    centre = (cut.face.boxes[0, :2] + cut.face.boxes[0, 2:]) / 2
    margin = 0.3 * cut.size * scale  # a little of it may be beyond the border
    grey = is_grey(cut.picture)
    still = Placement(scale, float(centre[0]), float(centre[1]), 0, 0, degrees, mirror)
    reach = _reach(cut, still)
    for _ in range(TRIES):
        to = [float(rng.uniform(min(margin, n / 2), max(n - margin, n / 2))) for n in canvas.shape[1::-1]]
        placement = still._replace(to_x=to[0], to_y=to[1])
        window = Window.around(reach + to, canvas.shape)
        if window is None or coverage(labels.boxes, window.box).max(initial=0) > COVERED:
            continue
        view = window.of(canvas)
        below_grey = is_grey(view)
        if grey and not below_grey:  # the only grey spot of a picture would give it away
            continue
        _lay(view, window, cut, placement, feather, colourless=below_grey)
        pasted = place_labels(cut.face, placement)
        return Labels.join([labels, cut_labels(pasted, canvas.shape[1], canvas.shape[0], style.smallest)])
    return labels


def _reach(cut: Cut, placement: Placement) -> Floats:
    """(2, 2) upper left and lower right corner of the ellipse where it lands."""
    around = np.concatenate([cut.centre - cut.radii, cut.centre + cut.radii])[None]
    placed = place_labels(Labels(around, np.zeros((1, 5, 2), np.float32), Labels.none().ignore), placement)
    return placed.boxes.reshape(2, 2)


def _lay(
    view: Pixels, window: Window, cut: Cut, placement: Placement, feather: float, *, colourless: bool
) -> None:
    matrix = placement.matrix()
    seen = (window.centres() - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T  # in the picture
    radius = np.linalg.norm((seen - cut.centre) / cut.radii, axis=2)
    soft = max(feather, 1.5 / (placement.scale * float(cut.radii.min())))
    alpha = np.clip((1 - radius) / soft, 0, 1)
    # Hair may end at the picture's border: there within a pixel of the canvas.
    edge = np.minimum(seen, np.array(cut.picture.shape[1::-1]) - seen).min(axis=2) * placement.scale
    alpha *= np.clip(edge, 0, 1)
    matrix[:, 2] -= window[:2]
    over = np.empty_like(view, order="C")
    warp_pixels(np.ascontiguousarray(cut.picture), matrix, over, replicate=True)
    blend(view, without_colour(over) if colourless else over, alpha.astype(np.float32))
