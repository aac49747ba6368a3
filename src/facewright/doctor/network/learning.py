"""Can a network learn one batch by heart? One that cannot will not learn a thousand."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.network.probe import total
from facewright.doctor.network.subject import Network
from facewright.doctor.seeded import seeded

RATES = (1e-3, 1e-2, 1e-4)
STEPS = 60
LEARNED = 0.5
"""of the loss that may be left after `STEPS` steps"""


@check(
    "network-cannot-overfit",
    "warning",
    Network,
    about="The network cannot learn one small batch by heart: its loss hardly falls, whatever the rate. "
    "Something between inputs, network and loss does not fit, or the network is too small.",
    cure="Compare what the network gives with what the loss expects, on this one batch, until it can be "
    "learned.",
    needs=("loss",),
    cheap=False,
)
def cannot_overfit(subject: Network) -> Iterator[Evidence]:
    if subject.trained:  # its curve tells what it has learned, and its loss may be at its least already
        return
    first = least = torch.inf
    for rate in RATES:
        first, least = _learned(subject, rate, least)
        if least <= LEARNED * first:
            return
    yield Evidence(
        f"{STEPS} steps on one batch of {len(subject.inputs)}, at rates of "
        f"{', '.join(f'{r:g}' for r in RATES)}, "
        f"brought the loss from {first:.4g} to no less than {least:.4g}.",
        {"first": first, "least": least, "steps": STEPS},
    )


def _learned(subject: Network, rate: float, least: float) -> tuple[float, float]:
    """The first loss, and the least up to now."""
    assert subject.loss is not None
    network = copy.deepcopy(subject.network).train()
    for parameter in network.parameters():
        parameter.requires_grad_(True)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    first = torch.inf
    with seeded(), without_dropout(network):
        for step in range(STEPS):
            optimiser.zero_grad()
            loss = total(subject.loss(network(subject.inputs)))
            if step == 0:
                first = float(loss.detach())
            if not loss.requires_grad:  # another check's matter
                return first, -torch.inf
            least = min(least, float(loss.detach()))
            if least <= LEARNED * first:
                break
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 10.0)
            optimiser.step()
    return first, least


@contextmanager
def without_dropout(network: nn.Module) -> Iterator[None]:
    """Units that are left out at random keep a batch from being learned by heart, as they shall."""
    kept = [(m, m.p) for m in network.modules() if isinstance(m, nn.modules.dropout._DropoutNd)]
    for module, _ in kept:
        module.p = 0.0
    try:
        yield
    finally:
        for module, p in kept:
            module.p = p
