"""`Session`: one model file of any task, opened by ONNX Runtime, called with arrays. Threads and devices."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.arguments import whole_number
from facewright.core.errors import ModelError, UsageError, first_line
from facewright.core.suggest import nearest
from facewright.inference.card import TASKS, Card, Task, read_card

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MODELS = Path(__file__).parent / "models"
MOST_THREADS = 4  # a small network gains little from more, and other work on the machine loses much
DEVICES = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
}
_TYPES: dict[str, type[np.generic]] = {"tensor(float)": np.float32, "tensor(int64)": np.int64}


class Interface(NamedTuple):
    """What goes into a model file of one task and what comes out."""

    input: str
    type: str
    outputs: tuple[str, ...]
    options: tuple[str, ...] = ()
    """inputs that may be left out, because the file holds their default"""
    more: tuple[str, ...] = ()
    """outputs that a file may lack"""


PICTURE, PIXELS = "picture", "tensor(uint8)"
INTERFACES: dict[Task, Interface] = {
    "detection": Interface(
        PICTURE,
        PIXELS,
        ("boxes", "scores"),
        ("score_threshold", "iou_threshold", "max_faces"),
        ("landmarks",),
    ),
    "localisation": Interface(PICTURE, PIXELS, ("boxes", "scores"), ("score_threshold",), ("landmarks",)),
    "attributes": Interface("pictures", PIXELS, ("probabilities",)),
    "classification": Interface("pictures", PIXELS, ("probability",)),
    "regression": Interface("points", "tensor(float)", ("values",)),
}


class Session:
    """A model file ready to run. Safe to call from several threads; pickles as its arguments.

    model: the name of a shipped model, or the path of a model file. tasks: what it may be made for. threads:
    None means up to four, and never more than the cores this process may use. device: one of `DEVICES`;
    nothing falls back silently. The file is opened when it is first needed, also after unpickling in another
    process.

    Raises ModelError for a model that is missing, unusable or made for another task, UsageError for wrong
    threads or device.
    """

    def __init__(
        self,
        model: str | Path,
        tasks: Sequence[Task] = TASKS,
        *,
        threads: int | None = None,
        device: str = "cpu",
    ) -> None:
        self.path = find_model(model)
        self.tasks = tuple(tasks)
        self.threads = _threads(threads)
        self.device = device
        self._lock = Lock()
        self._opened: _Opened | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        # absolute: the other process may be in another folder
        return _session, (self.path.absolute(), self.tasks, self.threads, self.device)

    def __repr__(self) -> str:
        return f"<Session: {self.path.name} on {self.device}, threads {self.threads}>"

    @property
    def card(self) -> Card:
        """What the model file says about itself."""
        return self._open().card

    def run(self, feed: Mapping[str, NDArray[Any]], **options: float | None) -> dict[str, NDArray[Any]]:
        """The file's outputs by name, for its input in `feed`, of the type and shape that its task has.

        options: of the optional inputs, where None means the value in the file.
        Raises ModelError when the file has no such option, or the runtime fails, for instance for want of
        memory.
        """
        opened = self._open()
        feed = {name: np.ascontiguousarray(array) for name, array in feed.items()}
        for name, value in options.items():
            if value is not None:
                if name not in opened.options:
                    raise ModelError(
                        f"{self.path}: has no input {name}; leave it as it is, or export it again"
                    )
                kind, shape = opened.options[name]
                feed[name] = np.full(shape, value, kind)
        try:
            return dict(zip(opened.outputs, opened.runtime.run(opened.outputs, feed), strict=True))
        except _runtime_errors() as error:
            sizes = ", ".join("x".join(map(str, a.shape)) or "a number" for a in feed.values())
            raise ModelError(
                f"{self.path}: failed on {sizes}; try less at once ({first_line(error)})"
            ) from error

    def _open(self) -> "_Opened":
        with self._lock:
            if self._opened is None:
                runtime = _open_runtime(self.path, self.threads, self.device)
                self._opened = _checked(runtime, read_card(runtime, self.path, self.tasks), self.path)
            return self._opened


class _Opened(NamedTuple):
    runtime: "InferenceSession"
    card: Card
    outputs: list[str]
    options: Mapping[str, tuple[type[np.generic], list[int]]]
    """type and shape of the optional inputs"""


def _session(model: Path, tasks: tuple[Task, ...], threads: int, device: str) -> Session:
    return Session(model, tasks, threads=threads, device=device)


def shipped_models() -> dict[str, Path]:
    """Name -> file of every model inside the package."""
    return {file.stem: file for file in sorted(MODELS.glob("*.onnx"))}


def find_model(model: str | Path) -> Path:
    """The file of a shipped model's name, or of a path.

    Raises ModelError that lists what there is, UsageError for what is neither a name nor a path.
    """
    if not isinstance(model, str | os.PathLike):
        raise UsageError(
            f"a model is the name of a shipped one or the path of a model file, not {type(model).__name__}"
        )
    shipped = shipped_models()
    if str(model) in shipped:
        return shipped[str(model)]
    path = Path(model)
    if path.is_file():
        return path
    if path.is_dir():
        if (path / "recipe.json").is_file() and not any(path.glob("*.onnx")):
            raise ModelError(f"{path}: a training run; make its model file first: facewright export {path}")
        raise ModelError(f"{path}: a folder; give the .onnx file in it")
    if isinstance(model, Path) or path.suffix == ".onnx" or len(path.parts) > 1:
        raise ModelError(f"{path}: no such model file; check the path")
    hint = nearest(model, shipped) or "; this installation ships none, give the path of a model file (.onnx)"
    raise ModelError(f"no model is named {model!r}{hint}")


def available_cores() -> int:
    """Cores that this process may use, which in a container are often fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _threads(asked: int | None) -> int:
    if asked is None:
        return min(MOST_THREADS, available_cores())
    return min(whole_number(asked, "threads must be a whole number of at least 1"), available_cores())


def _open_runtime(path: Path, threads: int, device: str) -> "InferenceSession":
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # where it was imported before facewright could say so
    provider = _provider(device, onnxruntime.get_available_providers())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1  # the graph is a chain: nothing to run side by side
    options.log_severity_level = 4  # what goes wrong is raised, and told once by us
    # Idle threads that spin steal the core from whoever decodes the next picture; within a run spinning pays.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    # Every picture may have a size of its own; a remembered memory plan for each would grow without end.
    options.enable_mem_pattern = False
    try:
        runtime = onnxruntime.InferenceSession(str(path), options, providers=[provider])
    except _runtime_errors() as error:
        raise ModelError(
            f"{path}: not an ONNX model that this onnxruntime can open; give a file that `facewright export` "
            f"made ({first_line(error)})"
        ) from error
    if provider not in runtime.get_providers():  # the runtime itself goes on with the CPU
        raise UsageError(
            f"device {device!r}: onnxruntime could not start it; check its drivers or use device 'cpu'"
        )
    return runtime


def _provider(device: str, available: list[str]) -> str:
    if not isinstance(device, str) or device not in DEVICES:
        raise UsageError(f"no device is named {device!r}{nearest(str(device), DEVICES)}")
    if DEVICES[device] not in available:
        here = [name for name, provider in DEVICES.items() if provider in available]
        raise UsageError(
            f"device {device!r} is not in the onnxruntime installed here, which offers {', '.join(here)}; "
            "install the onnxruntime package made for it, or use device 'cpu'"
        )
    return DEVICES[device]


def _checked(runtime: "InferenceSession", card: Card, path: Path) -> _Opened:
    """Raises ModelError when the file's inputs and outputs are not those of its card's task."""
    interface = INTERFACES[card.task]
    options = {
        tensor.name: (_TYPES[tensor.type], tensor.shape)
        for tensor in runtime.get_overridable_initializers()
        if tensor.type in _TYPES
    }
    inputs = {tensor.name: tensor.type for tensor in runtime.get_inputs()}
    there = {tensor.name for tensor in runtime.get_outputs()}
    missing = [name for name in interface.outputs if name not in there]
    missing += [name for name in interface.options if name not in options]
    if inputs != {interface.input: interface.type} or missing:
        raise ModelError(
            f"{path}: its inputs and outputs are not those of a facewright model for {card.task} "
            f"(inputs {inputs}, missing {', '.join(missing) or 'nothing'}); export the model again"
        )
    outputs = [*interface.outputs, *(name for name in interface.more if name in there)]
    return _Opened(runtime, card, outputs, options)


def _runtime_errors() -> tuple[type[Exception], ...]:
    """onnxruntime's exceptions, which have no common base of their own; newer ones have more of them."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    return tuple(v for v in vars(state).values() if isinstance(v, type) and issubclass(v, Exception))
