"""From a picture to its faces by a network of fixed input, in PyTorch: what training looks at between rounds.

The exported file does the same inside its graph; exporting checks that the two agree.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from facewright.core.boxes import area, clip, nms
from facewright.core.faces import Faces
from facewright.tasks.fixed_input import FRAMINGS, Framing


@torch.inference_mode()
def predict_square(
    network: nn.Module,
    decode: nn.Module,
    side: int,
    picture: NDArray[np.uint8],
    score_threshold: float = 0.5,
    iou_threshold: float = 0.45,
    max_faces: int = 1000,
    framing: Framing = "letterbox",
) -> Faces:
    """Faces of one uint8 RGB picture (H, W, 3), best first, in its pixels.

    The picture is letterboxed to the network's `side`. Network and `decode`, a `Head`'s, are on one device
    and stay in their modes.
    """
    height, width = picture.shape[:2]
    device = next(network.parameters()).device
    fitted = FRAMINGS[framing](torch.from_numpy(np.array(picture)).to(device), side)
    raw = network(fitted.pixels.contiguous(memory_format=torch.channels_last))
    numbers = decode(raw.float())[0].cpu().numpy()
    numbers = numbers[numbers[:, 4] >= score_threshold]
    scores = numbers[:, 4]
    kept = nms(numbers[:, :4], scores, iou_threshold)[:max_faces]
    boxes = clip(numbers[kept, :4] / np.tile(np.array(fitted.scale, np.float32), 2), width, height)
    inside = area(boxes) > 0
    return Faces(boxes[inside], scores[kept][inside], width=width, height=height)
