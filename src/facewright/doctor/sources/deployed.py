"""A trained network and the model file that was exported of it, as a subject."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from facewright.core.faces import Faces
from facewright.doctor.evaluation.kinds import Deployed, Picture
from facewright.inference.detector import Detector
from facewright.inference.session import INTERFACES, Session
from facewright.tasks.fixed_input import squash
from facewright.training.recipe import Recipe
from facewright.training.system import FindingSystem


def deployed_finder(name: str, system: FindingSystem[Recipe], network: nn.Module, file: Path) -> Deployed:
    """Boxes and scores of network, in evaluation mode, and file, both at the file's thresholds."""
    detector = Detector(file, size=None, close_ups=False)  # one look, as the network's
    card = detector.card

    def trained(picture: Picture) -> NDArray[np.floating]:
        return _numbers(
            system.find(network, picture, card.score_threshold, card.iou_threshold, card.max_faces)
        )

    return Deployed(f"{name}: {file.name}", trained, lambda picture: _numbers(detector(picture)))


def deployed_answers(name: str, answer: nn.Module, session: Session) -> Deployed:
    """Probabilities of a whole picture, by network and decoding, in evaluation mode, and by the file."""
    card = session.card
    side = card.side
    assert side is not None  # of every file for crops

    def trained(picture: Picture) -> NDArray[np.floating]:
        with torch.inference_mode():
            return answer(squash(torch.from_numpy(picture), side).pixels).numpy()[0]

    exported: Callable[[Picture], NDArray[np.floating]] = lambda picture: next(  # noqa: E731
        iter(session.run({INTERFACES[card.task].input: picture[None]}).values())
    )[0]
    return Deployed(f"{name}: {session.path.name}", trained, exported)


def _numbers(faces: Faces) -> NDArray[np.floating]:
    return np.concatenate([faces.boxes, faces.scores[:, None]], axis=1)
