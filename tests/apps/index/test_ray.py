"""The same folder over a Ray cluster of two nodes on this machine: the same index."""

from pathlib import Path

import pytest

import facewright
from facewright.apps.index.index import Index

pytest.importorskip("ray", reason="needs the ray extra")
# Ray's own code warns, and leaves sockets and files to the garbage collector.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def cluster(monkeypatch):
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(Path(facewright.__file__).parents[1]))
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    cluster.add_node(num_cpus=1)
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    yield cluster
    cluster.shutdown()


def test_the_same_results_in_any_order(cluster, tmp_path, photos, look, contents):
    (photos / "bad.jpg").write_text("junk")
    with_threads, with_ray = Index(tmp_path / "threads.db"), Index(tmp_path / "ray.db")
    done = with_threads.update(photos, look)
    assert with_ray.update(photos, look, engine="ray") == done
    assert contents(with_ray.path) == contents(with_threads.path)
