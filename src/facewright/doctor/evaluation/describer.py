"""What describes crops of faces, asked about crops that are a little off."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from facewright.doctor.checking import check
from facewright.doctor.evaluation.kinds import Describer, Picture
from facewright.doctor.finding import Evidence

OFF = 0.1
"""share of the crop's side: what boxes of a good detector are off"""
CHANGES = 0.1
"""share of answers that may change; of attributes-small, trained with crops that are off, .05 do"""
# scale, and shift in sides of the crop
LOOKS = {
    "shifted to the right": (1.0, OFF, 0.0),
    "shifted to the left": (1.0, -OFF, 0.0),
    "shifted down": (1.0, 0.0, OFF),
    "shifted up": (1.0, 0.0, -OFF),
    "enlarged": (1 + OFF, 0.0, 0.0),
    "made smaller": (1 - OFF, 0.0, 0.0),
}


@check(
    "describer-needs-alignment",
    "warning",
    Describer,
    about="Answers change when the crop is shifted or scaled by a tenth: the network was trained on crops "
    "that are all aligned alike, and a detector in front of it will not give such crops.",
    cure="Train with crops that are shifted, scaled and turned a little, and align by landmarks before "
    "asking.",
    cheap=False,
)
def needs_alignment(describer: Describer) -> Iterator[Evidence]:
    before = describer.answer(describer.crops) >= 0.5
    changed = {
        name: float(((describer.answer(_looked(describer.crops, *look)) >= 0.5) != before).mean())
        for name, look in LOOKS.items()
    }
    worst = max(changed, key=lambda name: changed[name])
    if changed[worst] > CHANGES:
        yield Evidence(
            f"When {len(before)} crops are {worst} by a tenth, {changed[worst]:.0%} of all answers change.",
            {"changed": changed},
        )


CHECKS = (needs_alignment,)


def _looked(crops: Picture, scale: float, x: float, y: float) -> Picture:
    """Crops (N, H, W, 3) scaled about their middle and shifted by shares of their sides; edges repeat."""
    height, width = crops.shape[1:3]
    pad = round(2 * OFF * max(height, width)) + 1
    wide = np.pad(crops, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="edge")
    half_width, half_height = width / scale / 2, height / scale / 2
    middle_x, middle_y = pad + width * (0.5 - x), pad + height * (0.5 - y)
    box = (middle_x - half_width, middle_y - half_height, middle_x + half_width, middle_y + half_height)
    images = [Image.fromarray(crop).resize((width, height), Image.Resampling.BILINEAR, box) for crop in wide]
    return np.stack([np.asarray(image) for image in images])
