"""What a network can see: where a face is, how far around, and two places of it together."""

import copy
import math
from collections.abc import Iterator
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from facewright.core.draw import contact_sheet
from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.network.answers import ignores_input
from facewright.doctor.network.probe import at_rest, flat, looked_at, tensors
from facewright.doctor.network.squash import Squash, last_activation, unsquashed
from facewright.doctor.network.subject import Network
from facewright.doctor.seeded import seeded

BLIND = 0.1
"""a face that is moved changes the answer by less than this share of what its being there changes. A mean
over all places gives 0, and more where zero padding tells; networks that keep the places .7 and more."""
ADDITIVE = 1e-3
"""share of the answer's change that two places make only together. 1x1 kernels give 1e-6, rounding;
the smallest of networks with larger ones 1e-2."""
FEW = 2
"""examples of the inputs that are enough to look at"""
PLACES = 3
"""that a face is moved to, at least"""
UNITS = 24
"""outputs whose gradient is looked at"""


@check(
    "network-position-blind",
    "error",
    Network,
    about="A network that shall say where a face is answers the same wherever the face is, because a mean "
    "over all places throws the place away. Boxes lean to the middle, faces off the centre are missed.",
    cure="Keep the map of places up to the output: flatten it, or let each cell answer for itself.",
)
def position_blind(subject: Network) -> Iterator[Evidence]:
    if subject.output not in ("box", "map") or subject.inputs.ndim != 4:
        return
    network, inputs = at_rest(subject), looked_at(subject)[:1]
    share = _change_by_place(network, inputs)
    if share is not None and share < BLIND:
        yield Evidence(
            f"A face that is moved about the picture changes the network's answer by {share:.1%} of what the "
            f"face's being there changes it.",
            {"share": share},
            _sheet(network, inputs),
        )


@check(
    "network-place-by-padding",
    "warning",
    Network,
    about="A network that shall say where a face is knows the place only by what the zeros around the "
    "picture tell, because a mean over all places throws it away. Boxes are vague and lean to the middle.",
    cure="Keep the map of places up to the output: flatten it, or let each cell answer for itself.",
)
def place_by_padding(subject: Network) -> Iterator[Evidence]:
    if subject.output != "box" or subject.inputs.ndim != 4:
        return
    network = copy.deepcopy(at_rest(subject))
    usual = _change_by_place(network, subject.inputs[:1])
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module.padding_mode == "zeros":
            module.padding_mode = "circular"
    share = _change_by_place(network, subject.inputs[:1])
    if share is not None and usual is not None and share < BLIND <= usual:
        yield Evidence(
            "With pictures that go on beyond their borders, in place of zeros, a face that is moved "
            f"changes the answer by {share:.1%} of what its being there changes it.",
            {"share": share, "share_with_zeros": usual},
        )


@check(
    "network-short-sighted",
    "warning",
    Network,
    about="An output looks at a part of the picture that is smaller than the faces it shall find: of a large "
    "face it sees a cheek, and has to guess the rest.",
    cure="Use more layers, strides or dilation until an output sees more than a whole face, or smaller "
    "pictures.",
    needs=("faces",),
)
def short_sighted(subject: Network) -> Iterator[Evidence]:
    if subject.output != "map" or subject.inputs.ndim != 4 or not subject.faces:
        return
    largest = max(face[0] for face in subject.faces), max(face[1] for face in subject.faces)
    width, height = receptive_field(at_rest(subject), subject.inputs, largest)
    larger = [face for face in subject.faces if face[0] > width or face[1] > height]
    # Half of the faces: that the few largest are seen in part is what every small network accepts.
    if 2 * len(larger) > len(subject.faces):
        yield Evidence(
            f"An output sees {width} x {height} pixels, and {len(larger)} of {len(subject.faces)} faces are "
            f"larger than that.",
            {"sees": [width, height], "faces": len(subject.faces), "larger": len(larger)},
        )


@check(
    "network-sees-single-places",
    "error",
    Network,
    about="The answer is a sum of what each place of the picture says by itself, as 1x1 kernels give it: "
    "no edge and no shape is ever seen, only colours at places.",
    cure="Use kernels of 3x3 or larger, and an activation after each layer.",
)
def single_places(subject: Network) -> Iterator[Evidence]:
    if subject.output not in ("box", "class") or subject.inputs.ndim != 4:
        return
    if ignores_input(subject):  # whatever is shuffled then
        return
    network, inputs = at_rest(subject), subject.inputs[:FEW]
    squash = last_activation(subject)
    cell = _cell(network, inputs, squash)
    if cell >= min(inputs.shape[2:]):
        yield Evidence(
            "The answer stays the same when all pixels of the picture are shuffled.", {"cell": cell}
        )
    elif (share := _together(network, inputs, cell, squash)) is not None and share < ADDITIVE:
        place = "each pixel" if cell == 1 else f"each {cell} x {cell} pixels"
        yield Evidence(
            f"The answer is a sum of what {place} of the picture say alone: neighbours that are changed "
            f"together change it by what they change one by one, to within {share:.0e}.",
            {"cell": cell, "share_together": share},
        )


def receptive_field(
    network: nn.Module, inputs: Tensor, enough: tuple[float, float] = (math.inf, math.inf)
) -> tuple[int, int]:
    """Width and height, in pixels of `inputs`, of what the output that sees most depends on, by gradient.

    No further output is looked at once they are `enough`.
    """
    with seeded():
        noise = torch.randn_like(inputs[:1]) * inputs.std() + inputs.mean()
    noise.requires_grad_()
    width = height = 0
    for part in tensors(network(noise)):
        numbers = part.reshape(-1)
        step = max(len(numbers) // UNITS, 1)
        for number in numbers[step // 2 :: step]:
            (gradient,) = torch.autograd.grad(number, noise, retain_graph=True)
            seen = gradient[0].abs().sum(0) > 0
            width = max(width, _extent(seen.any(0)))
            height = max(height, _extent(seen.any(1)))
            if width >= enough[0] and height >= enough[1]:
                return width, height
    return width, height


def _extent(seen: Tensor) -> int:
    where = seen.nonzero()
    return int(where.max() - where.min()) + 1 if len(where) else 0


def _change_by_place(network: nn.Module, inputs: Tensor) -> float | None:
    """How much an answer changes with the place of a face, against how much with its being there."""
    frames, empty = _moved(inputs)
    with torch.no_grad():
        answers = torch.stack([flat(network(frame)) for frame in frames])  # (places, B, K)
        there = float((answers - flat(network(empty))).norm(dim=2).mean())
        moved = float((answers - answers.mean(0)).norm(dim=2).mean())
    return moved / there if there > 1e-5 * float(answers.norm(dim=2).mean()) else None


def _sheet(network: nn.Module, inputs: Tensor) -> NDArray[np.uint8] | None:
    """What the network was shown, with the first numbers that it answered; None where that is no RGB."""
    if inputs.shape[1] != 3:
        return None
    frames, empty = _moved(inputs)
    low, high = inputs.min(), inputs.max()
    tiles, captions = [], []
    for frame in [*frames, empty]:
        shades = (frame[0] - low) / (high - low).clamp(min=1e-12) * 255
        tiles.append(shades.permute(1, 2, 0).byte().cpu().numpy())
        with torch.no_grad():
            captions.append(", ".join(f"{number:.3f}" for number in flat(network(frame))[0, :5].tolist()))
    return contact_sheet(tiles, captions=captions, title="the same answer wherever the face is")


def _moved(inputs: Tensor) -> tuple[list[Tensor], Tensor]:
    """The pictures, at a quarter of their size, about the middle of a plain frame; and that frame."""
    height, width = inputs.shape[2:]
    empty = inputs.mean((2, 3), keepdim=True).expand_as(inputs)
    small = functional.interpolate(inputs, scale_factor=0.25, mode="area")
    # In steps that strides divide, so that a face lies in the grid of cells alike wherever it is, and away
    # from the borders, whose padding is another matter.
    step = next((s for s in (32, 16, 8, 4, 2) if 4 * s <= min(height, width)), 1)
    frames = []
    for y, x in product(*(range(step, int(side * 0.6), step) for side in (height, width))):
        frame = empty.clone()
        frame[:, :, y : y + small.shape[2], x : x + small.shape[3]] = small
        frames.append(frame)
    return frames[:: max(len(frames) // PLACES, 1)], empty


def _cell(network: nn.Module, inputs: Tensor, squash: Squash | None) -> int:
    """Side of the largest cells in which pixels can be shuffled without any effect, as pooling allows."""
    shortest = min(inputs.shape[2:])
    with seeded(), torch.no_grad():
        answer = unsquashed(network(inputs), squash)

        def unchanged(cell: int) -> bool:
            shuffled = unsquashed(network(_shuffled(inputs, cell)), squash)
            if answer is None or shuffled is None:
                return False
            return bool((shuffled - answer).norm() < 1e-5 * answer.norm())

        # Whoever bears larger cells bears one of the smallest.
        side = next((cell for cell in (2, 3) if unchanged(cell)), 1)
        if side > 1:
            side = max([side, *(cell for cell in (4, 8, 16, shortest) if unchanged(cell))])
    return side


def _shuffled(inputs: Tensor, cell: int) -> Tensor:
    """(B, C, H, W) with the pixels of each cell in another order; what does not fill a cell stays."""
    batch, channels, height, width = inputs.shape
    rows, columns = height // cell, width // cell
    part = inputs[:, :, : rows * cell, : columns * cell]
    part = part.reshape(batch, channels, rows, cell, columns, cell).permute(0, 1, 2, 4, 3, 5)
    order = torch.randperm(cell * cell, device=inputs.device)
    part = part.reshape(batch, channels, rows, columns, cell * cell)[..., order]
    part = part.reshape(batch, channels, rows, columns, cell, cell).permute(0, 1, 2, 4, 3, 5)
    out = inputs.clone()
    out[:, :, : rows * cell, : columns * cell] = part.reshape(batch, channels, rows * cell, columns * cell)
    return out


def _together(network: nn.Module, inputs: Tensor, cell: int, squash: Squash | None) -> float | None:
    """Share of the answer's change that a chessboard's black and white cells make only together.

    None where the answer cannot be had before its last activation, or does not change.
    """
    height, width = inputs.shape[2:]
    rows, columns = torch.arange(height) // cell, torch.arange(width) // cell
    black = ((rows[:, None] + columns) % 2 == 0).to(inputs.device)
    other = inputs.flip(0) if len(inputs) > 1 else inputs.flip(3)
    boards = (inputs, torch.where(black, other, inputs), torch.where(black, inputs, other), other)
    with torch.no_grad():
        none, one, two, both = (unsquashed(network(board), squash) for board in boards)
    if none is None or one is None or two is None or both is None:
        return None
    change = (both - none).norm() + (one - none).norm()
    if change < 1e-4 * none.norm():
        return None
    return float((both - one - two + none).norm() / change)
