"""From a picture to its face, in PyTorch: what training looks at between rounds.

The exported file does the same inside its graph; exporting checks that the two agree.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from facewright.core.boxes import area, clip
from facewright.core.faces import Faces
from facewright.tasks.fixed_input import FRAMINGS, Framing


@torch.inference_mode()
def predict(
    network: nn.Module,
    decode: nn.Module,
    picture: NDArray[np.uint8],
    *,
    side: int,
    framing: Framing,
    score_threshold: float = 0.5,
) -> Faces:
    """The face of one uint8 RGB picture (H, W, 3) in its pixels, or none. Network and decode keep their mode.

    side: of the network's square input; framing: how the picture comes into it.
    """
    height, width = picture.shape[:2]
    device = next(network.parameters()).device
    pixels, (scale_x, scale_y) = FRAMINGS[framing](torch.from_numpy(np.array(picture)).to(device), side)
    raw = network(pixels.contiguous(memory_format=torch.channels_last)).float()
    found = decode(raw)[0].cpu().numpy()
    found = found[found[:, 4] >= score_threshold]
    boxes = clip(found[:, :4] / np.array([scale_x, scale_y] * 2, np.float32), width, height)
    inside = area(boxes) > 0
    return Faces(boxes[inside], found[inside, 4], width=width, height=height)
