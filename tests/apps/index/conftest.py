"""Fixtures for the index: a folder of drawn pictures, a way to look at them, and all that an index says."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from facewright.apps.index.index import Index
from facewright.apps.index.look import Looker
from facewright.inference.attributes import Attributes
from facewright.inference.detector import Detector


@pytest.fixture
def look(colour_model, colour_attributes):
    """Finds what red and green pixels span; Smiling is the red in the crop, Bald the green's absence ..."""
    return Looker(Detector(colour_model, threads=1), Attributes(colour_attributes, threads=1, every=True))


@pytest.fixture
def photos(tmp_path, paint):
    """one.png with one face, sub/two.jpg with two, none.png without any; notes.txt is no picture."""
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    Image.fromarray(paint(100, 50, red=(20, 10, 45, 30))).save(folder / "one.png")
    Image.fromarray(paint(30, 60)).save(folder / "none.png")
    two = Image.fromarray(paint(80, 80, red=(8, 8, 40, 40), green=(48, 48, 72, 72)))
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 12:30:10"
    two.save(folder / "sub" / "two.jpg", quality=100, subsampling=0, exif=exif)
    (folder / "notes.txt").write_text("not a picture")
    return folder


@pytest.fixture
def indexed(photos, look):
    index = Index(photos)
    index.update(look=look)
    return index


@pytest.fixture(scope="session")
def contents():
    """contents(path): all that an index says, without numbers of rows, which depend on the order of work."""

    def read(path: Path) -> list[tuple]:
        with closing(sqlite3.connect(path)) as connection:
            connection.text_factory = bytes
            columns = [row[1].decode() for row in connection.execute("PRAGMA table_info(face)")][1:]
            face = ", ".join(f'face."{name}"' for name in columns)
            return connection.execute(
                "SELECT root.path, finished, folder, name, file.bytes, error, hash, text, width, height, "
                f"taken, picture.faces, picture.score, picture.size, {face} "
                "FROM root JOIN file ON root.id = root "
                "LEFT JOIN picture ON picture.id = file.picture LEFT JOIN settings ON settings.id = settings "
                "LEFT JOIN face ON face.picture = picture.id ORDER BY 1, 3, 4, face.number"
            ).fetchall()

    return read
