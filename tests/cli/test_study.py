import pytest

from facewright.cli.main import run
from facewright.core.errors import UsageError
from facewright.training import trials
from facewright.training.study import study_names

STUDY = """
about = "Does a rate of nothing learn?"
base = "monkey-saddle"
seeds = [1]
changes = [
  "steps=5", 'stages=[{rounds=3, batch=8}]', "evaluation.every=1", "data.workers=0",
  'data.train={"saddle:60?seed=0&part=train"=1}', 'data.validation=["saddle:60?seed=0&part=val"]',
]
[grid]
"optimiser.rate" = [1e-9, 1e-2]
"""


def test_without_a_name_the_shipped_ones_are_listed(capsys):
    assert run(["study"]) == 0
    out = capsys.readouterr().out
    assert all(f"{name}: " in out for name in study_names())


def test_what_is_wrong_is_one_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.toml").write_text(STUDY)
    for words in (["negatve"], ["s.toml", "--set", "stps=3"], ["s.toml", "--seeds", "1", "1"]):
        assert run(["study", *words]) == 2
        err = capsys.readouterr().err
        assert err.startswith("facewright: ")
        assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("cores", "workers", "said"),
    [(4, 0, "2 at a time"), (3, 1, "1 at a time"), (4, 1, "2 at a time"), (1, 2, "1 at a time")],
)
def test_threads_and_workers_count_as_cores(tmp_path, capsys, monkeypatch, cores, workers, said):
    def stop(*_, **__):
        raise UsageError("no training here")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(trials, "run_trials", stop)
    (tmp_path / "s.toml").write_text(STUDY)
    words = ["study", "s.toml", "--cores", str(cores), "--set", f"data.workers={workers}"]
    assert run(words) == 2
    line = " ".join(capsys.readouterr().err.split())
    assert f"2 trainings, {said} by their threads and data.workers ({1 + workers} each), in" in line


@pytest.mark.slow
def test_a_study_leaves_a_table_and_plots_and_goes_on_where_it_was(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.toml").write_text(STUDY)
    words = ["study", "s.toml", "--output", "out", "--cores", "1", "--cache", "cache"]
    assert run(words) == 0
    first = capsys.readouterr()
    assert "### Does a rate of nothing learn?" in first.out
    assert "| optimiser.rate | " in first.out
    assert {path.name for path in (tmp_path / "out" / "s").glob("*.*")} >= {
        "table.md",
        "plot.png",
        "curves.png",
    }
    assert run(words) == 0
    again = capsys.readouterr()
    assert again.out == first.out
    assert "2 of 2 trainings are there already" in again.err
