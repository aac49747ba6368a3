"""What a camera's clock says, where it says something that was."""

import io

import pytest
from PIL import Image

from facewright.apps.index.look import taken


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("2024:02:29 23:59:58", "2024-02-29 23:59:58"),
        ("2024-05-01T12:30:10", "2024-05-01 12:30:10"),
        ("2026:02:31 12:00:00", None),
        ("2026:13:01 12:00:00", None),
        ("0000:00:00 00:00:00", None),
        ("yesterday", None),
    ],
)
def test_a_day_that_never_was_is_not_known(said, known):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = said
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "JPEG", exif=exif)
    assert taken(file.getvalue(), "a.jpg") == known
