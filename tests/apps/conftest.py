"""What the tests of videos share."""

import numpy as np
import pytest

from facewright import Detector


@pytest.fixture
def detector(colour_model):
    return Detector(colour_model)


def black(picture, one):
    """Instead of blurring: exact."""
    picture = picture.copy()
    for x0, y0, x1, y1 in np.round(one.faces.boxes).astype(int):
        picture[y0:y1, x0:x1] = 0
    return picture


def frames(path):
    import av  # not everywhere

    with av.open(str(path)) as container:
        return [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def packets(path, kind):
    import av  # not everywhere

    with av.open(str(path)) as container:
        (stream,) = getattr(container.streams, kind)
        return [(float(p.pts * p.time_base), bytes(p)) for p in container.demux(stream) if p.dts is not None]


def reddest(picture):
    red = picture.astype(int)
    return (red[..., 0] - red[..., 1]).max()
