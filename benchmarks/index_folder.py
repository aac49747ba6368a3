"""How fast `facewright index` is, what memory it takes over time, and how soon `find` answers.

    python benchmarks/index_folder.py --photos 2000 --rows 100000 --json index.json

Photos are drawn (ten toy scenes, shifted and encoded until all differ), so that anyone can make them again;
the rows that are asked are written directly. Timed are the first index, one with nothing to do, and one after
all were moved and touched.
"""

import json as json_format
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import numpy as np
from PIL import Image

from detectors import machine
from facewright.apps.index.database import transaction, writing
from facewright.apps.index.index import Index
from facewright.apps.index.look import Looker
from facewright.apps.index.store import open_store
from facewright.core.attributes import CLEAR
from facewright.datasets.toy import ToySamples

QUESTIONS = (
    ("faces >= 3 and smiling > .8", ""),
    ("faces >= 20", ""),
    ("all(smiling) and taken == 2024-05", ""),
    ("any(smiling > .9 and eyeglasses > .9 and size > 5%)", ""),
    ("count(smiling > .9) >= 3", ""),
    ("not smiling", ""),
    ("path contains 'holiday'", ""),
    ("folder == 'year-2024/day-100'", ""),
    ("smiling > .99", "-smiling"),
    ("", "-faces"),
)
ROUNDS = 5
BATCH = 500


def main(
    *,
    photos: int = 2000,
    size: int = 640,
    rows: int = 100_000,
    workers: int | None = None,
    attributes: Annotated[bool, cyclopts.Parameter(negative="--no-attributes")] = True,
    json: Path | None = None,
) -> None:
    """Measure, print, and keep the figures as JSON."""
    out: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as name:
        if photos:
            out["index"] = indexing(Path(name) / "photos", photos, size, workers, attributes)
        if rows:
            out["find"] = finding(Path(name) / "rows.db", rows)
    if json is not None:
        json.write_text(json_format.dumps(out, indent=1))


def indexing(folder: Path, count: int, size: int, workers: int | None, attributes: bool) -> dict[str, Any]:
    """Photos a second, and resident memory at each tenth of the way."""
    draw(folder / "a", count, size)
    look = Looker() if attributes else Looker(attributes=None)
    look.settings()
    index = Index(folder)
    memory: list[int] = []

    def progress(done: int, total: int | None) -> None:
        if total and done * 10 // total > len(memory):
            memory.append(resident())

    times = {}
    for task in ("first", "nothing to do", "moved and touched"):
        if task == "moved and touched":
            (folder / "a").rename(folder / "b")
            for file in (folder / "b").iterdir():
                file.touch()
        start, cpu = time.perf_counter(), time.process_time()
        done = index.update(
            folder, look, workers=workers, progress=progress if task == "first" else lambda *_: None
        )
        took, cpu = time.perf_counter() - start, time.process_time() - cpu
        times[task] = {"seconds": took, "cpu seconds": cpu}
        print(f"{task}: {count / took:.0f} photos a second, {cpu / count * 1000:.1f} ms of CPU each; {done}")
    print(f"resident memory at each tenth of the first, MiB: {memory}")
    print(f"index: {index.path.stat().st_size / 1e6:.1f} MB")
    return {"photos": count, "tasks": times, "memory": memory, "bytes": index.path.stat().st_size}


def finding(path: Path, count: int) -> dict[str, Any]:
    """Median seconds to open the index, understand each question and count what it finds."""
    start = time.perf_counter()
    write_rows(path, count)
    print(f"{count} rows written in {time.perf_counter() - start:.1f} s, {path.stat().st_size / 1e6:.0f} MB")
    out = {}
    for where, order in QUESTIONS:
        times: dict[str, list[float]] = {"first 50": [], "all": []}
        for _ in range(ROUNDS):
            for name, limit in (("first 50", 50), ("all", None)):
                start = time.perf_counter()
                found = sum(1 for _ in Index(path).find(where, order=order, limit=limit, faces=False))
                times[name].append(time.perf_counter() - start)
        medians = {name: float(np.median(values)) for name, values in times.items()}
        asked = where + (f" by {order}" if order else "")
        out[asked] = {"found": found, **medians}
        print(
            f"{asked}: {found} pictures; "
            + ", ".join(f"{name} {s * 1000:.0f} ms" for name, s in medians.items())
        )
    return out


def draw(folder: Path, count: int, size: int) -> None:
    """JPEGs of drawn people, no two the same: each scene is shifted by a few pixels and encoded anew."""
    folder.mkdir(parents=True)
    scenes = [sample.read() for sample in ToySamples(10, 7, size)]
    for i in range(count):
        array = np.roll(scenes[i % len(scenes)], (i // len(scenes) % 97, i // (97 * len(scenes))), (1, 0))
        Image.fromarray(array).save(folder / f"{i:06}.jpg", quality=85)


def write_rows(path: Path, count: int) -> None:
    """Of pictures with 0 to 30 faces, two on average, straight into the tables."""
    random = np.random.default_rng(1)
    faces = np.minimum(30, random.geometric(1 / 3, count) - 1)
    with writing(path) as connection:
        open_store(connection, ".", json_format.dumps({"names": CLEAR}), CLEAR)
        with transaction(connection):
            connection.executemany(
                "INSERT INTO picture VALUES (?, CAST(? AS BLOB), ?, 1, 4000, 3000, ?, ?, ?, ?)",
                (
                    (i + 1, f"{i:016}", i, _taken(i), int(n), *((0.9, 0.05) if n else (None, None)))
                    for i, n in enumerate(faces)
                ),
            )
            connection.executemany(
                "INSERT INTO file VALUES (?, 1, ?, ?, ?, ?, ?, NULL)",
                ((i + 1, _folder(i), f"IMG_{i:06}.jpg", i, i, i + 1) for i in range(count)),
            )
            columns = ", ".join("?" * (9 + len(CLEAR)))
            for i, n in enumerate(faces.tolist()):
                told = np.round(random.beta(0.3, 0.5, (n, len(CLEAR))), 4).tolist()
                connection.executemany(
                    f"INSERT INTO face VALUES ({columns})",
                    [(i + 1, k, 9.0, 9.0, 99.0, 99.0, 0.9, 0.05, bytes(40), *told[k]) for k in range(n)],
                )


def _taken(i: int) -> str:
    return f"{2010 + i % 16}-{1 + i // 16 % 12:02}-{1 + i // 200 % 28:02} 12:00:00"


def _folder(i: int) -> str:
    return f"year-{2010 + i % 16}/{'holiday' if i % 50 == 0 else 'day'}-{i // 16 % 365:03}"


def resident() -> int:
    """Of this process, MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    raise RuntimeError("this system does not tell the resident memory in /proc/self/status")


if __name__ == "__main__":
    sys.exit(cyclopts.run(main))
