"""Judging predictions of any detector, as files, by a published benchmark: no model, no pictures."""

from pathlib import Path

from facewright.cli.judging import tell
from facewright.datasets.labels import Problems
from facewright.metrics.benchmarks import needed
from facewright.reports.official import official_of, official_page


def judge(predictions: Path, data: str, *, json: str | None = None, html: Path | None = None) -> int:
    """Judge the files of a folder or zip; exit status 1 when some of what they hold could not be read.

    data: the benchmark's ground truth, as `metrics.benchmarks.open_benchmark` takes it; json, html: files to
    write (`-`: standard output). Raises FacewrightError subclasses for all that a user can mend.
    """
    benchmark = needed(data)
    problems = Problems(benchmark.problems)
    found = benchmark.read(predictions, problems)
    official = official_of(benchmark, benchmark.judge(found))
    title = f"{predictions} on {data}"
    record = {
        "predictions": str(predictions),
        "data": data,
        **official.record,
        "protocol": list(official.rules),
        "problems": [str(problem) for problem in problems],
    }

    def page() -> str:
        return official_page(official, title=title, protocol=official.rules, problems=problems)

    tell(title, ["", *official.lines()], official.rules, problems, record, page, json=json, html=html)
    return 1 if any(problem.kind == "unreadable" for problem in problems) else 0
