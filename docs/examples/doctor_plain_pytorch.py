"""A plain PyTorch training with a mistake that no framework reports, and the doctor, who names it."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from facewright.doctor import Coding, Network, Training, examine

SIDE, CELLS, STEP = 96, 6, 16  # of the picture, in the grid, and pixels a cell


class Discs(Dataset):
    """Stands for your own set: a bright disc for a face."""

    def __len__(self):
        return 64

    def __getitem__(self, number):
        rand = torch.Generator().manual_seed(number)
        centre, radius = 20 + 56 * torch.rand(2, generator=rand), 8 + 10 * torch.rand(1, generator=rand)
        x, y = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="xy")
        disc = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 < radius**2
        picture = 180 * disc + 75 * torch.rand(3, SIDE, SIDE, generator=rand)
        return picture, encode(torch.cat([centre - radius, centre + radius])[None])


def encode(boxes):
    """Boxes (N, 4), pixels -> (5, CELLS, CELLS): score, place in the cell, size. The largest keeps a cell."""
    target = torch.zeros(5, CELLS, CELLS)
    for x0, y0, x1, y1 in sorted(boxes.tolist(), key=lambda box: (box[2] - box[0]) * (box[3] - box[1])):
        x, y = (x0 + x1) / 2 / STEP, (y0 + y1) / 2 / STEP
        column, row = min(int(x), CELLS - 1), min(int(y), CELLS - 1)
        numbers = torch.tensor([1, x - column, y - row, (x1 - x0) / SIDE, (y1 - y0) / SIDE])
        target[:, column, row] = numbers  # the mistake: in a network's map rows come first
    return target


def decode(raw):
    """The network's (1, 5, CELLS, CELLS) -> boxes in pixels and scores, (CELLS * CELLS, 5), as encoded."""
    score, x, y, width, height = raw[0].sigmoid()
    column, row = torch.meshgrid(torch.arange(CELLS), torch.arange(CELLS), indexing="ij")
    x, y, width, height = (column + x) * STEP, (row + y) * STEP, width * SIDE / 2, height * SIDE / 2
    return torch.stack([x - width, y - height, x + width, y + height, score], dim=-1).reshape(-1, 5)


def loss(raw, target):
    error, face = (raw.sigmoid() - target) ** 2, target[:, 0]
    return {"score": error[:, 0].mean(), "box": (error[:, 1:].sum(1) * face).sum() / face.sum().clamp(min=1)}


def network():
    layers = []
    for inputs in (3, 16, 16, 16):
        layers += [nn.Conv2d(inputs, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(16, 5, 1))


def subjects():
    """Your parts, as they are, handed to the doctor. Most fields may be left out: then less is asked."""
    loader, mine = DataLoader(Discs(), batch_size=4, shuffle=True), network()
    pictures, targets = next(iter(loader))
    yield Coding("targets", SIDE, SIDE, (5, CELLS, CELLS), lambda boxes: encode(boxes)[None], loss, decode,
                 network=lambda pictures: mine.eval()(pictures))  # fmt: skip
    yield Network("network", mine, pictures, "map", loss=lambda raw: loss(raw, targets))
    yield Training("training", network, lambda epoch: loader, lambda net, both: loss(net(both[0]), both[1]),
                   lambda net: torch.optim.Adam(net.parameters(), 1e-3))  # fmt: skip


if __name__ == "__main__":
    torch.manual_seed(0)
    for finding in examine(subjects()).findings:
        print(f"{finding.severity}: {finding.subject}: {finding.message}\n  Cure: {finding.cure}")
