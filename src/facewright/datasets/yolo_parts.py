"""Which pictures a YOLO set, or a part of it, has: those of its folders, or those that a list names."""

import os
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath

from facewright.core.errors import DataError
from facewright.core.pictures import find_pictures
from facewright.core.suggest import nearest
from facewright.datasets.labels import BadLabel, Problems, is_file, is_folder, text_of
from facewright.datasets.yolo_settings import Settings

PARTS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}
"""a part, as `split`, data.yaml or a folder calls it -> its usual name"""
LIST = ".txt"
"""ending of a list of pictures, a path a line"""
Found = dict[Path, list[Path]]
"""folder -> those of its pictures that are meant"""


def pictures_of(root: Path, split: str, settings: Settings, problems: Problems) -> Found:
    """The pictures of the set in `root`, or of its part `split`: as data.yaml says, else of folders, else
    of lists that are called so. What data.yaml or a list names and is not there becomes a problem.

    Raises DataError for a part that no set has, and for a list that is no text.
    """
    below = _below(root, root)
    if not split:
        return _all_in([root, *below] if find_pictures(root) else below)
    if split not in PARTS:
        raise DataError(f"split={split}: takes train, val (or valid) or test{nearest(split, PARTS)}")
    names = [name for name, part in PARTS.items() if part == PARTS[split]]
    tops = []
    for stated in dict.fromkeys(path for name in names for path in settings.get(name, {}).values()):
        if top := stated_place(root, stated, names):
            tops.append(top)
        else:
            problems.note(root, f"{stated}, which data.yaml names for {PARTS[split]}, is not there")
    named = [place for place in below if set(place.relative_to(root).parts) & set(names)]
    if not tops and named:
        return _all_in(named)
    found: Found = {}
    for top in tops or [file for name in names if is_file(file := root / f"{name}{LIST}")]:
        more = _listed(top, root, problems) if top.suffix == LIST else _all_in([top, *_below(top, root)])
        for place, pictures in more.items():
            found[place] = list(dict.fromkeys([*found.get(place, []), *pictures]))
    return found


def stated_place(root: Path, stated: str, names: Collection[str]) -> Path | None:
    """The folder or list that a data.yaml in `root` means by a path, for a part that is called as in `names`.

    Roboflow writes `../train/images` for `train/images`, so that below `root` is looked first, then where the
    path leads. Of a path on somebody's computer its longest tail that exists below `root`; a single name only
    if it is the part's: `images` may be those of another part.
    """
    exists = is_file if stated.endswith(LIST) else is_folder
    path = _path(stated)
    tails = (tail for tail in _tails(path) if len(tail.parts) > 1 or tail.name.removesuffix(LIST) in names)
    places = (root / _inner(path), Path(os.path.normpath(root / path)), *(root / tail for tail in tails))
    return next((place for place in places if exists(place)), None)


def labels_of(images: Path, root: Path) -> Path:
    """The `labels` folder of an `images` folder: the last part of that name changed; else the same folder."""
    parts = list(way(root, images).parts)
    for i in reversed(range(len(parts))):
        if parts[i] == "images":
            parts[i] = "labels"
            return root.joinpath(*parts)
    if images.name == "images" and (images.parent / "labels").is_dir():
        return images.parent / "labels"
    return images


def way(root: Path, path: Path) -> Path:
    """From one to the other; a part that a data.yaml names may lie beside the set's folder."""
    return Path(os.path.relpath(path, root))


def _all_in(folders: Iterable[Path]) -> Found:
    return {folder: find_pictures(folder) for folder in folders}


def _listed(file: Path, root: Path, problems: Problems) -> Found:
    """Those of a list. Its paths begin in its own folder or in the set's; tails that exist below that will
    do, as in data.yaml, but no mere names: other pictures may have them."""
    try:
        lines = text_of(file).splitlines()
    except BadLabel as error:
        raise DataError(f"{file}: {error}; a list of pictures is text, a path a line") from error
    found: dict[Path, dict[Path, None]] = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        path = _path(line)
        bases = [Path(os.path.normpath(base / path)) for base in (file.parent, root)]
        places = (*bases, *(root / tail for tail in _tails(path) if len(tail.parts) > 1))
        picture = next((place for place in places if is_file(place)), None)
        if picture:
            found.setdefault(picture.parent, {})[picture] = None
        elif line:
            problems.note(file, f"line {number}: picture {line} does not exist; left out", "orphan")
    return {place: list(pictures) for place, pictures in found.items()}


def _path(text: str) -> PurePosixPath:
    return PurePosixPath(text.replace("\\", "/"))


def _inner(path: PurePosixPath) -> Path:
    """Without what leads out of a folder."""
    return Path(*(part for part in path.parts if part not in ("/", "//", ".", "..")))


def _tails(path: PurePosixPath) -> Iterable[Path]:
    """The longest first."""
    parts = _inner(path).parts
    return (Path(*parts[start:]) for start in range(len(parts)))


def _below(top: Path, root: Path) -> list[Path]:
    """The folders with pictures below one of a set: those called images, and those that hold labels, too."""
    return [place for place in _folders(top) if "images" in way(root, place).parts or _holds_both(place)]


def _folders(top: Path) -> list[Path]:
    """All folders below, sorted; links are followed unless they lead back to where they are in."""
    found: list[Path] = []
    for place, inside, _ in os.walk(top, followlinks=True):
        here = Path(place)
        around = {above.resolve() for above in (here, *here.parents)}
        inside[:] = [name for name in inside if name[0] != "." and (here / name).resolve() not in around]
        found += [here / name for name in inside]
    return sorted(found)


def _holds_both(place: Path) -> bool:
    """Whether pictures and labels lie together in it."""
    return any(picture.with_suffix(".txt").is_file() for picture in find_pictures(place))
