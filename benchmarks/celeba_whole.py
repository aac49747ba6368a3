"""What the whole of CelebA takes, memory and time: to open, to pack into the cache, to train from.

    python benchmarks/celeba_whole.py --json celeba.json     # 202,599 pictures: a quarter of an hour
    python benchmarks/celeba_whole.py --pictures 20000

The set is made up, in the official layout: lists complete, 10,177 people divided as officially, pictures of
178 x 218 that are links to a few hundred drawn ones. Each step is a process of its own; its memory is that of
the process and of all its workers, shared pages counted once, looked at every half second. `anonymous` is
what it needs. `mapped` are pages of files, such as of the cache, which the system takes back at need.
"""

import json as json_format
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cyclopts
import numpy as np
from PIL import Image

from detectors import machine
from facewright.core.attributes import CELEBA

PICTURES = 202_599
PEOPLE_OF = (8192, 985, 1000)
"""in training, validation and test"""
ENDS = (162_770 / PICTURES, 182_637 / PICTURES)
"""Where the official partition goes from training to validation, and on to testing: shares of the list."""
DISTINCT = 500
POINTS = ("lefteye", "righteye", "nose", "leftmouth", "rightmouth")

OPENING = (
    "import sys\nfrom facewright.datasets.open import open_dataset\nprint(open_dataset(sys.argv[1]).counts())"
)
PACKING = """
import sys
from pathlib import Path
from facewright.training.data import open_cached
print(len(open_cached(sys.argv[1], 112, Path(sys.argv[2]), boxes=False)))
"""
TRAINING = "from facewright.cli.main import main; main()"


def main(
    *,
    pictures: int = PICTURES,
    steps: int = 50,
    workers: tuple[int, ...] = (0, 2),
    folder: Path | None = None,
    json: Path | None = None,
) -> None:
    """Measure, print, and keep the figures as JSON; what was made goes into FOLDER and stays, if given.

    The doctor is not asked first: it sees that there are no faces, and pictures that are the same.
    """
    out: dict[str, Any] = {"machine": machine(), "pictures": pictures}
    with tempfile.TemporaryDirectory() as temporary:
        root = folder or Path(temporary)
        celeba, cache = root / "CelebA", root / "cache"
        if not celeba.exists():
            make(celeba, pictures)
        whole, train, val = f"celeba:{celeba}", f"celeba:{celeba}?split=train", f"celeba:{celeba}?split=val"
        out["open"] = measured("open", [sys.executable, "-c", OPENING, whole])
        for name in ("pack", "packed already"):
            out[name] = measured(name, [sys.executable, "-c", PACKING, whole, str(cache)])
        for count in workers:
            command = [sys.executable, "-c", TRAINING, "train", "attributes-nano"]
            changes = {
                "steps": str(steps), "data.workers": str(count), "data.train": f'{{"{train}"=1}}',
                "data.tight": f'{{"{train}"=[0.056,0.193,0.944,0.927]}}', "data.validation": f'["{val}"]',
            }  # fmt: skip
            command += [word for key, value in changes.items() for word in ("--set", f"{key}={value}")]
            command += [
                "--set",
                "stages.0.rounds=1",
                "--no-doctor",
                "--output",
                str(root / f"run-{count}"),
                "--cache",
                str(cache),
            ]
            out[f"train, {count} workers"] = measured(f"train, {count} workers", command)
    if json is not None:
        json.write_text(json_format.dumps(out, indent=1))


def make(folder: Path, count: int) -> None:
    """A CelebA of `count` pictures, complete but for faces."""
    rng = np.random.default_rng(0)
    pictures = folder / "Img/img_align_celeba"
    for place in (pictures, folder / "Anno", folder / "Eval"):
        place.mkdir(parents=True)
    distinct = folder.with_name("distinct")
    distinct.mkdir()
    for i in range(min(count, DISTINCT)):
        coarse = Image.fromarray(rng.integers(0, 256, (27, 22, 3), np.uint8))
        coarse.resize((178, 218), Image.Resampling.BICUBIC).save(distinct / f"{i}.jpg", quality=90)
    names = [f"{i + 1:06d}.jpg" for i in range(count)]
    for i, name in enumerate(names):
        os.link(distinct / f"{i % DISTINCT}.jpg", pictures / name)
    parts = np.searchsorted(np.array(ENDS) * count, np.arange(count), side="right")
    people = np.concatenate(  # each in one part only
        [rng.integers(0, PEOPLE_OF[part], (parts == part).sum()) + sum(PEOPLE_OF[:part]) for part in range(3)]
    )
    signs = np.where(rng.random((count, len(CELEBA))) < 0.3, 1, -1)
    points = np.array([69, 111, 108, 111, 88, 135, 74, 152, 105, 152]) + rng.integers(-4, 5, (count, 10))
    boxes = np.array([95, 71, 226, 313]) + rng.integers(0, 40, (count, 4))
    columns = [f"{point}_{axis}" for point in POINTS for axis in "xy"]
    write = {
        "Anno/identity_CelebA": ([], people[:, None]),
        "Eval/list_eval_partition": ([], parts[:, None]),
        "Anno/list_attr_celeba": (CELEBA, signs),
        "Anno/list_bbox_celeba": (["image_id", "x_1", "y_1", "width", "height"], boxes),
        "Anno/list_landmarks_align_celeba": (columns, points),
        "Anno/list_landmarks_celeba": (columns, points * 2),
    }
    for name, (heads, table) in write.items():
        lines = [str(count), " ".join(heads)] if len(heads) else []
        lines += [f"{n} " + " ".join(map(str, row)) for n, row in zip(names, table.tolist(), strict=True)]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")


def measured(name: str, command: Sequence[str]) -> dict[str, float]:
    """Seconds of a command, by the clock and of processors, and its peaks of memory in GiB."""
    started, used = time.perf_counter(), os.times()
    peaks = {"anonymous": 0, "mapped": 0}
    with subprocess.Popen(command, stdout=sys.stderr, start_new_session=True) as process:
        while process.poll() is None:
            now = [memory(pid) for pid in session(process.pid)]
            for i, kind in enumerate(peaks):
                peaks[kind] = max(peaks[kind], sum(each[i] for each in now))
            time.sleep(0.5)
    if process.returncode:
        raise SystemExit(f"{name}: failed with status {process.returncode}")
    after = os.times()
    found = {"seconds": round(time.perf_counter() - started, 1)}
    found["cpu"] = round(sum(after[2:4]) - sum(used[2:4]), 1)
    found |= {kind: round(kib / 2**20, 2) for kind, kib in peaks.items()}
    times = f"{found['seconds']} s ({found['cpu']} s of processors)"
    print(f"{name}: {times}, {found['anonymous']} GiB + {found['mapped']} GiB mapped", flush=True)
    return found


def session(leader: int) -> list[int]:
    """The processes of a session: a command and its workers."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        if int(fields[3]) == leader:
            found.append(int(place.parent.name))
    return found


def memory(pid: int) -> tuple[int, int]:
    """KiB of a process, anonymous and mapped from files; pages of several processes in equal shares."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return 0, 0
    values = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return values["Pss_Anon"], values["Pss_File"] + values["Pss_Shmem"]


if __name__ == "__main__":
    cyclopts.run(main)
