"""What changed of a picture goes into the stored frame, and nothing else of that does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

av = pytest.importorskip("av", reason="videos need PyAV (video extra)")

from facewright.apps.clip import EXACTLY  # noqa: E402
from facewright.apps.patch import patched  # noqa: E402

WIDE, HIGH = 75, 67  # neither of which any plane's pixels divide
APART = [
    "yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv410p", "nv12", "yuv420p10le", "p010le", "yuva420p",
    "yuva444p10le", "gbrp", "gbrap", "gray", "gray10le", "rgb24", "argb", "rgb0", "rgb48be", "ya8",
]  # fmt: skip
"""formats whose pixels can be told apart"""


def stored(name: str, seed: int) -> "av.VideoFrame":
    noise = np.random.default_rng(seed).integers(0, 256, (HIGH, WIDE, 4), np.uint8)
    return av.VideoFrame.from_ndarray(noise, "rgba").reformat(format=name)


def rgb(frame: "av.VideoFrame") -> np.ndarray:
    return frame.reformat(format="rgb24", interpolation=EXACTLY).to_ndarray()


def planes(frame: "av.VideoFrame") -> list[np.ndarray]:
    return [
        np.frombuffer(plane, np.uint8).reshape(plane.height, -1)[:, : plane.line_size].copy()
        for plane in frame.planes
    ]


@pytest.mark.parametrize("name", [*APART, "yuyv422", "monob", "pal8"])
def test_nothing_changed_is_the_frame_to_the_bit(name):
    frame = stored(name if name != "pal8" else "gray", 1)
    before, kept = rgb(frame), planes(frame)
    for ours, theirs in zip(planes(patched(frame, before, before.copy())), kept, strict=True):
        if name in APART:
            assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("name", APART)
@settings(max_examples=15)
@given(x=st.integers(0, WIDE - 25), y=st.integers(0, HIGH - 25), seed=st.integers(0, 99))
def test_what_changed_is_there_and_the_rest_as_it_was(name, x, y, seed):
    frame = stored(name, seed)
    before = rgb(frame)
    after = before.copy()
    after[y : y + 25, x : x + 25] = 40
    told = rgb(patched(frame, before, after)).astype(int)
    # A plane's pixels are up to four wide, and blended with those beside.
    assert np.abs(told[y + 9 : y + 16, x + 9 : x + 16] - 40).max() <= 3
    far = np.ones((HIGH, WIDE), bool)
    far[max(0, y - 9) : y + 34, max(0, x - 9) : x + 34] = False
    assert np.array_equal(told[far], before[far])


def test_ten_bits_transparency_and_fields_stay():
    frame = av.VideoFrame(WIDE, HIGH, "yuva444p10le")
    for number, plane in enumerate(frame.planes):
        plane.update(np.full(plane.buffer_size // 2, 501 + number, np.uint16).tobytes())
    frame.pts = 7
    before = rgb(frame)
    after = before.copy()
    after[:9] = 255
    out = patched(frame, before, after)
    values = [plane.view(np.uint16)[:, :WIDE] for plane in planes(out)]
    assert out.pts == 7 and (values[3] == 504).all()
    assert (values[0][:9] > 900).all() and (values[0][9:] == 501).all() and (values[1][9:] == 502).all()


def test_a_frame_that_the_decoder_still_needs_is_left_alone(tmp_path, make_clip, moving):
    source = make_clip(tmp_path / "in.mp4", moving(12), options={"g": "12"})

    def decoded(change):
        with av.open(str(source)) as container:
            for frame in container.decode(video=0):
                picture = rgb(frame)
                if change and frame.key_frame:
                    patched(frame, picture, np.zeros_like(picture))
                yield picture

    for plain, beside in zip(decoded(False), decoded(True), strict=True):
        assert np.array_equal(plain, beside)
