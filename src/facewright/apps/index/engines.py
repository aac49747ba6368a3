"""Many files through one function: by threads of this process, or over a Ray cluster (the `ray` extra)."""

import logging
import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from facewright.core.errors import FacewrightError, UsageError
from facewright.core.extras import optional
from facewright.core.suggest import nearest
from facewright.inference.ahead import ahead
from facewright.inference.session import available_cores

if TYPE_CHECKING:
    from facewright.apps.index.look import Looked, Looker

Key = TypeVar("Key")
Engine = Callable[..., Iterator[Any]]
"""as the two below"""
AT_ONCE = 20_000
"""files that a cluster is given at a time: enough that starting its processes does not count"""


def look_with_threads(
    look: "Looker", files: Iterable[tuple[Key, str]], workers: int | None
) -> "Iterator[tuple[Key, Looked | FacewrightError]]":
    """Key and outcome of each (key, path), in order; few are held at a time. workers: None for all cores."""
    for (key, _), future in ahead(lambda item: look(item[1]), files, workers or available_cores()):
        yield key, future.result()


def look_with_ray(
    look: "Looker", files: Iterable[tuple[Key, str]], workers: int | None
) -> "Iterator[tuple[Key, Looked | FacewrightError]]":
    """As `look_with_threads`, in any order, by `workers` processes of a Ray cluster (None: all its cores).

    It is the one that RAY_ADDRESS names, or else is started here for the time being. Every machine of a
    cluster must see the files, and the model files, under the same paths.
    """
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    with optional():
        import ray.data

    logging.getLogger("ray.data").setLevel(logging.ERROR)
    started = not ray.is_initialized()
    if started:
        address = os.environ.get("RAY_ADDRESS")
        here: dict[str, Any] = {} if address else {"num_cpus": workers, "include_dashboard": False}
        ray.init(address, logging_level=logging.ERROR, log_to_driver=False, **here)
    workers = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    ray.data.DataContext.get_current().enable_progress_bars = False
    try:
        source = iter(files)
        while chunk := list(islice(source, AT_ONCE)):
            rows = [{"number": i, "path": os.fsencode(path)} for i, (_, path) in enumerate(chunk)]
            looked = ray.data.from_items(rows, override_num_blocks=_blocks(len(rows), workers)).map(
                _RayLook,  # type: ignore[arg-type]  # a class, of which each process has one
                fn_constructor_args=(look,),
                compute=ray.data.ActorPoolStrategy(size=workers),
                num_cpus=1,
            )
            for row in looked.iter_rows():
                yield chunk[row["number"]][0], pickle.loads(row["outcome"])
    finally:
        if started:
            ray.shutdown()


class _RayLook:
    """In a process of the cluster, which opens the models once."""

    def __init__(self, look: "Looker") -> None:
        self._look = look

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        outcome = self._look(os.fsdecode(row["path"]))
        return {"number": row["number"], "outcome": pickle.dumps(outcome)}


ENGINES: dict[str, Engine] = {"threads": look_with_threads, "ray": look_with_ray}


def engine_named(name: str) -> Engine:
    """Raises UsageError for a name that there is not."""
    if name not in ENGINES:
        raise UsageError(f"no engine is named {name!r}{nearest(name, ENGINES)}")
    return ENGINES[name]


def _blocks(count: int, workers: int) -> int:
    """Small enough that results come in soon and nobody waits for the last, one at least for each worker."""
    return max(1, min(count, max(workers, count // 32)))
