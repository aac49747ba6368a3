"""Who takes part: our models and the peers that are installed."""

from collections.abc import Callable, Sequence

from facewright.core.errors import ModelError
from mtcnn import Mtcnn
from ours import Ours, names
from peers import BlazeFaceFull, BlazeFaceShort, CenterFace, Found, NotInstalled, YuNet

PEERS: dict[str, Callable[[int], Found]] = {
    peer.name: peer for peer in (YuNet, CenterFace, BlazeFaceFull, BlazeFaceShort, Mtcnn)
}


def line_up(
    models: Sequence[str], peers: Sequence[str], threads: int = 1, *, once: bool = True
) -> tuple[list[Found], list[str]]:
    """Our models (with `once` each also with one look) and the peers, and why some are not there.

    Raises KeyError for a name that is not one of PEERS.
    """
    detectors: list[Found] = []
    left_out = []
    for model, name in names(models).items():
        try:
            detectors += [Ours(model, name, threads, once=only) for only in (False, True)[: 1 + once]]
        except ModelError as error:
            left_out.append(f"{model}: {error}")
    for name in peers:
        try:
            detectors.append(PEERS[name](threads))
        except NotInstalled as error:
            left_out.append(f"{name}: {error}")
    return detectors, left_out
