"""Where training runs, and, when a GPU lies idle, why and how to mend it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from torch import nn

from facewright.core.counted import counted
from facewright.core.errors import UsageError
from facewright.training.share import ALONE, Share


@dataclass(frozen=True)
class Device:
    accelerator: str
    """cpu, cuda or mps, in Lightning's words"""
    precision: str
    remark: str
    """one line for the person: what is used and, if a GPU is there but not used, why"""


PRECISIONS = {"float32": "32-true", "bfloat16": "bf16-mixed"}
"""a recipe's word -> Lightning's"""


def choose_device(wanted: str = "auto", precision: str = "auto", share: Share = ALONE) -> Device:
    """The device to train on. Raises UsageError when the one that was asked for cannot be used.

    share: of several processes of a machine each trains on a GPU of its own.
    precision: float32, bfloat16 (convolutions and products; sums and weights stay in float32: on a CPU that
    has it about twice as fast), or auto, bfloat16 where a GPU has it. On a CPU that has it not, and would
    take ten times as long, float32 is taken instead, and the remark says so.
    """
    if share != ALONE and wanted in ("auto", "cuda") and torch.cuda.is_available():
        if share.local_processes > (gpus := torch.cuda.device_count()):
            raise UsageError(
                f"{share.local_processes} processes need as many GPUs, and this machine has {gpus}"
            )
        torch.cuda.set_device(share.local_rank)
    device = _choose(wanted)
    if share != ALONE:
        if device.accelerator == "mps":
            raise UsageError("one process trains on an Apple GPU; give --device cpu for several")
        device = replace(device, remark=f"{share.processes} processes, each on {device.remark}")
    if precision == "bfloat16" and not has_bfloat16(device.accelerator):
        return replace(device, remark=f"{device.remark}, float32 as this CPU is far slower in bfloat16")
    if precision != "auto":
        device = replace(device, precision=PRECISIONS[precision])
    words = {lightning: ours for ours, lightning in PRECISIONS.items()}
    return replace(device, remark=f"{device.remark}, {words[device.precision]}")


def _choose(wanted: str) -> Device:
    if wanted not in ("auto", "cpu", "cuda", "mps"):
        raise UsageError(f"--device takes auto, cpu, cuda or mps, not {wanted!r}")
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if wanted == "cuda" and not cuda:
        raise UsageError(f"--device cuda: {why_no_cuda()}")
    if wanted == "mps" and not mps:
        raise UsageError("--device mps: this PyTorch finds no Apple GPU; use --device cpu")
    if cuda and wanted in ("auto", "cuda"):
        free, total = torch.cuda.mem_get_info()
        precision = "bf16-mixed" if torch.cuda.is_bf16_supported() else "32-true"
        gib = 1024**3
        name = torch.cuda.get_device_name()
        return Device("cuda", precision, f"{name}, {free / gib:.1f} of {total / gib:.1f} GiB free")
    if mps and wanted in ("auto", "mps"):
        return Device("mps", "32-true", "Apple GPU")
    threads = torch.get_num_threads()
    remark = f"CPU, {counted(threads, 'thread')}"
    if wanted == "cpu" and cuda:
        remark += "; a GPU is there and not used, because --device cpu was given"
    elif has_nvidia_gpu():
        remark += f"; a GPU is there and not used: {why_no_cuda()}"
    return Device("cpu", "32-true", remark)


@cache
@torch.inference_mode(False)  # or it could not go backwards where a network is judged
def has_bfloat16(accelerator: str) -> bool:
    """False for a CPU that only emulates it: a small convolution, forwards and backwards, on one thread then
    takes more than three times as long as in float32 (some 25 times on one with AVX2 alone)."""
    if accelerator != "cpu":
        return True
    with torch.random.fork_rng(devices=[]):
        layer, pixels = nn.Conv2d(32, 32, 3, padding=1), torch.ones(2, 32, 20, 20)

    def seconds(bfloat16: bool) -> float:
        start = perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            layer(pixels).sum().backward()
        return perf_counter() - start

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        taken = [(seconds(bfloat16=False), seconds(bfloat16=True)) for _ in range(6)]
    finally:
        torch.set_num_threads(threads)
    full, half = map(min, zip(*taken, strict=True))  # what other work on the machine delayed least
    return half <= 3 * full


@contextmanager
def repeatable(device: Device) -> Iterator[None]:
    """On a CPU the same sums in the same order each time, also by several threads.

    Not on a GPU, where some of what is trained with has no such way and the rest takes longer.
    """
    filling: Any = torch.utils.deterministic
    before = torch.are_deterministic_algorithms_enabled(), filling.fill_uninitialized_memory
    if device.accelerator == "cpu":
        torch.use_deterministic_algorithms(True)
        filling.fill_uninitialized_memory = False  # takes time, and nothing here reads what it did not write
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0])
        filling.fill_uninitialized_memory = before[1]


def has_nvidia_gpu() -> bool:
    """Whether the machine seems to have an NVIDIA GPU, whatever PyTorch says."""
    return Path("/proc/driver/nvidia/gpus").is_dir() or (
        shutil.which("nvidia-smi") is not None and _smi() == 0
    )


def why_no_cuda() -> str:
    """One sentence: the likeliest reason for which PyTorch cannot use a GPU, and the cure."""
    if torch.version.cuda is None:
        return f"this PyTorch ({torch.__version__}) is built without CUDA; install a CUDA build of torch"
    if shutil.which("nvidia-smi") is None:
        return "there is no NVIDIA driver (nvidia-smi not found); install the driver"
    if _smi() != 0:
        return (
            "nvidia-smi fails; the driver is not loaded or does not fit the kernel: reinstall it or restart"
        )
    return (
        f"the driver is too old for this PyTorch (CUDA {torch.version.cuda}): update it; "
        "or CUDA_VISIBLE_DEVICES hides the GPU: unset it"
    )


def _smi() -> int:
    """Exit status of nvidia-smi, which hangs when the driver does."""
    try:
        return subprocess.run(["nvidia-smi", "-L"], capture_output=True, check=False, timeout=20).returncode
    except subprocess.TimeoutExpired:
        return 1
