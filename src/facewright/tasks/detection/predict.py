"""From the network's raw numbers to `Faces`, in PyTorch: what training looks at between rounds.

The exported file does the same inside its graph; exporting checks that the two agree.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from facewright.core.boxes import clip, nms
from facewright.core.faces import Faces
from facewright.models.detector import CELL
from facewright.tasks.detection.coding import decode
from facewright.tasks.detection.points import points


@torch.inference_mode()
def predict(
    network: nn.Module,
    picture: NDArray[np.uint8],
    score_threshold: float = 0.5,
    iou_threshold: float = 0.45,
    max_faces: int = 1000,
) -> Faces:
    """Faces of one uint8 RGB picture (H, W, 3), best first, in its pixels. The network stays in its mode."""
    device = next(network.parameters()).device
    height, width = picture.shape[:2]
    pixels = torch.from_numpy(np.array(picture)).to(device).permute(2, 0, 1)[None].float()
    pixels = functional.pad(pixels, (0, -width % CELL, 0, -height % CELL))
    raw = network(pixels.contiguous(memory_format=torch.channels_last))[0].float()
    scores = raw[:, 0].sigmoid()
    chosen = (scores >= score_threshold).nonzero().squeeze(1)
    chosen = chosen[scores[chosen].argsort(descending=True)]
    where = points(pixels.shape[2], pixels.shape[3]).to(device)
    decoded = (scores[chosen], *decode(raw[chosen, 1:], where[chosen]))
    found, boxes, landmarks = (part.cpu().numpy() for part in decoded)
    kept = nms(boxes, found, iou_threshold)[:max_faces]
    return Faces(clip(boxes[kept], width, height), found[kept], landmarks[kept], width=width, height=height)
