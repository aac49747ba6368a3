"""What a run folder keeps of how its run was made (run.json), and what differs when it is made again."""

import platform
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from rich.console import Console
from torch import nn

from facewright.datasets.cache import CachedSamples
from facewright.datasets.csv_points import Points
from facewright.datasets.sample import Chosen, Dataset
from facewright.export.terms import origin, teachers_of
from facewright.inference.session import available_cores
from facewright.training.callbacks import tell
from facewright.training.devices import Device
from facewright.training.recipe import Recipe
from facewright.training.share import Share
from facewright.training.system import System
from facewright.training.teacher import Teacher

PACKAGES = (
    "facewright", "torch", "lightning", "albumentations", "opencv-python-headless", "numpy", "pillow"
)  # fmt: skip
"""whose versions decide about weights"""


class Command(NamedTuple):
    """What a training was asked for by."""

    words: Sequence[str] = ()
    """as they can be given again, `facewright` first; none where Python called"""
    init: str = ""
    """run folder or file that the weights to begin with are from"""
    repeats: Mapping[str, Any] = {}
    """the record of the run that this one repeats"""


NOT_BY_COMMAND = Command()


def record_of(
    recipe: Recipe, system: System[Recipe], network: nn.Module, where: Device, share: Share, command: Command
) -> dict[str, Any]:
    """All that is known before the first step; `network` is as it begins."""
    return {
        "name": recipe.name,
        "command": list(command.words),
        "in": str(Path.cwd()),
        "init": command.init or None,
        "init_of": origin(command.init),
        "begins_with": digest(network.state_dict()),
        "teachers": [taught_by(teacher) for teacher in system.teachers],
        "device": where.remark,
        "accelerator": where.accelerator,
        "threads": torch.get_num_threads(),
        "processes": share.processes,
        "python": platform.python_version(),
        "machine": machine(where.accelerator == "cuda"),
        "versions": versions(),
        "revision": revision(),
        "sets": described(system.sets),
        "validation": described(system.validation_sets),
    }


def taught_by(teacher: Teacher) -> dict[str, Any]:
    """Where a teacher's weights are from, of which run where it is a run's folder, and their digest."""
    of = origin(teacher.name)
    named = {"weights": teacher.name, "digest": digest(teacher.network.state_dict())}
    return named if of is None else named | {"of": of}


def teachers_digest(record: Mapping[str, Any]) -> str | None:
    """Of the weights that a record's run learns from, wherever they lie; None without a teacher."""
    return ", ".join(teacher["digest"] for teacher in teachers_of(record)) or None


def described(sets: Sequence[Dataset]) -> list[dict[str, Any]]:
    """Name, counts and fingerprint of each set."""
    return [
        {
            "name": dataset.name,
            **dataset.counts(),
            "problems": len(dataset.problems),
            "fingerprint": fingerprint(dataset),
        }
        for dataset in sets
    ]


def fingerprint(dataset: Dataset | Points) -> str:
    """Of what is learnt, not of paths: pixels as they are packed, labels, which samples in which order."""
    if isinstance(dataset, Points):
        return _short(np.column_stack([dataset.inputs, dataset.target]).tobytes())
    return _content(dataset.samples)


def _content(samples: Any) -> str:
    if isinstance(samples, CachedSamples):
        return samples.content
    if isinstance(samples, Dataset):
        return _content(samples.samples)
    if isinstance(samples, Chosen):
        return _short(f"{_content(samples.samples)} {list(samples.indices)}".encode())
    raise TypeError(f"{type(samples).__name__}: samples that are neither packed nor chosen from such")


def digest(weights: Mapping[str, torch.Tensor]) -> str:
    """Of named arrays: the same for the same names and bits."""
    whole = sha256()
    for name in sorted(weights):
        array = weights[name].detach().cpu().contiguous().numpy()
        whole.update(f"{name} {array.dtype} {array.shape} ".encode() + array.tobytes())
    return whole.hexdigest()[:16]


def versions() -> dict[str, str | None]:
    """Of `PACKAGES`; None for one that is installed under another name."""

    def of(package: str) -> str | None:
        try:
            return version(package)
        except PackageNotFoundError:
            return None

    return {package: of(package) for package in PACKAGES}


def machine(gpu: bool = False) -> dict[str, Any]:
    """Names of the processor and the GPU that is used, the cores that may be used, the system."""
    return {
        "cpu": _processor(),
        "gpu": torch.cuda.get_device_name() if gpu else None,
        "cores": available_cores(),
        "system": platform.platform(),
    }


def _processor() -> str:
    names = Path("/proc/cpuinfo")
    lines = names.read_text(encoding="utf-8").splitlines() if names.is_file() else []
    named = next((line for line in lines if line.startswith("model name")), "")
    return named.partition(":")[2].strip() or platform.processor() or platform.machine()


def revision() -> dict[str, Any] | None:
    """Of the git checkout that facewright runs from: commit, and whether its code was changed since.

    None where it is installed, or git is not there.
    """
    package = Path(__file__).parents[1]

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", package, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        git("ls-files", "--error-unmatch", __file__)  # not a checkout of something else that it is inside of
        return {"commit": git("rev-parse", "HEAD"), "changed": bool(git("status", "--porcelain", "--", "."))}
    except (OSError, subprocess.CalledProcessError):
        return None


def same_sets(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two records are of the same sets, by all that both say: old records say less."""
    return len(one) == len(other) and all(
        a[key] == b[key] for a, b in zip(one, other, strict=True) for key in a.keys() & b.keys()
    )


COMPARED: dict[str, Callable[[Any], Any]] = {
    "code": lambda record: record["revision"],
    "python": lambda record: record["python"],
    "processor": lambda record: record["machine"]["cpu"],
    "device": lambda record: record["machine"]["gpu"] or record["accelerator"],
    "threads": lambda record: record["threads"],
    "processes": lambda record: record["processes"],
    "first weights": lambda record: record["begins_with"],
    "teacher": teachers_digest,
}


def tell_differences(old: Mapping[str, Any], new: Mapping[str, Any], console: Console) -> None:
    """Say what differs, or that nothing does."""
    lines = list(differences(old, new))
    if not lines:
        tell(console, "nothing that is recorded differs from the run that this one repeats")
    for line in lines:
        tell(console, f"not as in the run that this one repeats: {line}")


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """What of two records differs that can make other weights of the same recipe, a line each."""
    for name in PACKAGES:
        before, now = old["versions"].get(name), new["versions"].get(name)
        if before != now:
            yield f"{name}: {before} then, {now} now"
    for what, of in COMPARED.items():
        try:
            before, now = of(old), of(new)
        except KeyError:
            yield f"{what}: not recorded then"
            continue
        if before != now:
            yield f"{what}: {before} then, {now} now"
        elif what == "code" and before and before["changed"]:
            yield "code: the same commit, but changed then and now, which may be two things"
    for kind in ("sets", "validation"):
        yield from _other_sets(old.get(kind, []), new[kind])


def _other_sets(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    known = {one["name"]: one.get("fingerprint") for one in old}
    for one in new:
        before = known.get(one["name"])
        if before is None:
            yield f"{one['name']}: not recorded then"
        elif before != one["fingerprint"]:
            yield f"{one['name']}: its pictures or labels are not those of then"


def _short(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]
