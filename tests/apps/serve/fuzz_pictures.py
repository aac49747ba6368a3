"""Loaded by schemathesis in test_fuzz: bodies said to be PNG are pictures, or nearly."""

import io

import schemathesis
from hypothesis import strategies as st
from PIL import Image


def _file(width: int, height: int, *reds: tuple[int, int, int, int]) -> bytes:
    image = Image.new("RGB", (width, height), (90, 90, 90))
    for box in reds:
        image.paste((255, 0, 0), box)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


WHOLE = [_file(96, 64, (8, 8, 24, 32)), _file(1, 1), _file(3, 400, (0, 0, 3, 400)), _file(600, 600)]
schemathesis.openapi.media_type(
    "image/png", st.sampled_from(WHOLE) | st.integers(1, 200).map(lambda end: WHOLE[0][:end])
)
