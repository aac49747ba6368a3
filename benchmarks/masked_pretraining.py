"""Does a network of attributes learn from its labels more when it has first filled in hidden parts of faces?

    python benchmarks/masked_pretraining.py --output runs/masked.safetensors
    facewright train attributes-small --init runs/masked.safetensors ...

Half of the squares of 16 pixels of every crop are made grey, and the network's last map tells what they
showed (Xie et al., "SimMIM", 2022, with a convolutional network): no labels, so the faces of mtfl and helen
are among them. Crops, network and optimiser are those of the recipe attributes-small.
"""

from pathlib import Path

import cyclopts
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from facewright.cli.outputs import check_writable
from facewright.models.crop_net import MEAN, SCALE, STRIDE
from facewright.training.attributes import AttributesRecipe
from facewright.training.loading import load_recipe
from facewright.training.module import make_optimiser, make_schedule

UNLABELLED = {"aligned:mtfl/train": 5707, "aligned:helen/train": 714}
HIDDEN = 0.5
"""share of the squares"""


def main(*, output: Path, rounds: int = 14, cache: Path = Path("data/cache"), threads: int = 1) -> None:
    """Write weights for `facewright train --init`; their last layer is as it was drawn.

    Parameters
    ----------
    output:
        A .safetensors file, in a folder that is there.
    rounds:
        Of 270 batches of 64 crops.
    cache:
        Folder for the packed pictures.
    threads:
        Of PyTorch.
    """
    check_writable("--output", output)
    torch.set_num_threads(threads)
    given = load_recipe("attributes-small")
    assert isinstance(given, AttributesRecipe)
    data = given.data.model_copy(update={"train": given.data.train | UNLABELLED, "workers": 0})
    recipe = given.model_copy(update={"data": data})
    torch.manual_seed(recipe.seed)
    system = recipe.system()
    system.open_training(cache)
    network = system.network().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    last = network.pool, network.dropout, network.head
    network.pool = network.dropout = network.head = nn.Identity()  # what is left tells the last map
    cells, channels = recipe.side // STRIDE, last[2].in_features
    filled = nn.Conv2d(channels, 3 * STRIDE**2, 1)
    both = nn.ModuleList([network, filled])
    optimiser = make_optimiser(both, recipe.optimiser)
    schedule = make_schedule(optimiser, recipe.optimiser, rounds * recipe.steps)
    for round_ in range(rounds):
        seen = torch.zeros(2)
        for batch in system.loader(round_):
            pixels = batch.pixels.float()
            hidden = torch.rand(len(pixels), 1, cells, cells) < HIDDEN
            map_ = network(grey(pixels, hidden)).unflatten(1, (channels, cells, cells))
            wanted = functional.pixel_unshuffle((pixels - MEAN) * SCALE, STRIDE)
            loss = over_hidden(filled(map_), wanted, hidden)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            mean = wanted.mean((2, 3), keepdim=True)
            seen += torch.stack([loss.detach(), over_hidden(mean, wanted, hidden)])
        told, by_mean = seen / recipe.steps
        print(f"round {round_ + 1}: off by {told:.3f}, the crop's mean square by {by_mean:.3f}", flush=True)
    network.pool, network.dropout, network.head = last
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, output)


def grey(pixels: Tensor, hidden: Tensor) -> Tensor:
    """(B, 3, S, S) with the `hidden` squares, bool (B, 1, S / 16, S / 16), of middle grey."""
    large = hidden.repeat_interleave(STRIDE, 2).repeat_interleave(STRIDE, 3)
    return pixels.masked_fill(large, MEAN)


def over_hidden(told: Tensor, wanted: Tensor, hidden: Tensor) -> Tensor:
    """Mean distance over the numbers of hidden squares alone."""
    return ((told - wanted).abs() * hidden).sum() / (hidden.sum() * wanted.shape[1])


if __name__ == "__main__":
    cyclopts.run(main)
