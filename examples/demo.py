"""What `make demo` runs: faces found in the photos given, or in two that installed libraries carry.

Prints one line a picture; writes annotated copies and the faces as JSON Lines into demo/.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from facewright.cli.main import run

FOLDER = Path("demo")
SAMPLES = (  # of free terms: a portrait by the US Navy and one by NASA, both in the public domain
    ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
    ("skimage", "data/astronaut.png"),
)


def sample_photos() -> list[str]:
    """Paths of the sample photos, without importing the libraries they come with."""
    photos = []
    for library, place in SAMPLES:
        spec = find_spec(library)
        if spec is None or spec.origin is None:
            sys.exit(f"{library} is not installed, whose sample photo the demo shows; run it as: make demo")
        photos.append(os.path.relpath(Path(spec.origin).parent / place))
    return photos


def main() -> int:
    faces = FOLDER / "faces.jsonl"
    status = run(["detect", *(sys.argv[1:] or sample_photos()), "--save", str(FOLDER), "--json", str(faces)])
    if faces.exists():
        print(f"\nPictures with the faces drawn are in {FOLDER}/, the faces as JSON Lines in {faces}")
    return status


if __name__ == "__main__":
    sys.exit(main())
