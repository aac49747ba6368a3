"""Accuracy both ways: a classifier's run as trained, and a fresh network with its extracted weights.

python benchmarks/extracted.py runs/darknet19-face weights.npz celeba-loose/test negatives-imagenet/test
"""

import argparse
from pathlib import Path

from facewright.cli.judge_classification import WINDOWS, windows_of_data
from facewright.export.extracted import both_ways, write_extracted
from facewright.export.run_folder import read_network, read_run
from facewright.reports.classification import classification_lines
from facewright.training.classification import ClassificationRecipe
from facewright.transforms.crops import CropStyle


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("file", type=Path, help="written if it is not there yet: .npz or .safetensors")
    parser.add_argument("data", nargs="+")
    parser.add_argument("--limit", type=int, default=WINDOWS, help="windows of either kind from each set")
    given = parser.parse_args()
    run = read_run(given.run)
    if not isinstance(run.recipe, ClassificationRecipe):
        parser.error(f"{given.run}: a run of {run.recipe.task}, and classification is wanted")
    if not given.file.exists():
        write_extracted(read_network(run, run.recipe.system()), given.file)
    parts, *_ = windows_of_data(given.data, CropStyle(side=run.recipe.side), given.limit)
    for way, result in zip(("as trained", "extracted"), both_ways(run, given.file, parts), strict=True):
        print(f"\n{run.recipe.name}, {way}", *classification_lines(result), sep="\n")


if __name__ == "__main__":
    main()
