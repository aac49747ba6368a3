"""Lean to the middle of several localisers in one plot, from what `facewright evaluate --json` wrote of each.

facewright evaluate box-localiser.onnx "shifted:helen/test?seed=7&copies=3" --json ours.json
facewright evaluate box-regression.onnx "shifted:helen/test?seed=7&copies=3" --json described.json
python benchmarks/lean.py ours.json described.json --plot lean.png
"""

import argparse
import json
from pathlib import Path

from facewright.metrics.localisation import LeanBin
from facewright.reports.localisation import write_lean_plot
from facewright.reports.text import share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("records", nargs="+", type=Path, help="files of facewright evaluate --json")
    parser.add_argument("--plot", type=Path, required=True, help="picture to write")
    given = parser.parse_args()
    records = [json.loads(path.read_text(encoding="utf-8")) for path in given.records]
    if len({record["data"] for record in records}) > 1:
        parser.error("the records are of different data: nothing can be read from comparing them")
    print(f"{'system':<24}{'IoU':>8}{'IoU > .5':>10}{'AP@.5':>8}{'difference':>12}")
    for record in records:
        figures = [record[name] for name in ("iou", "hits", "ap50", "flatness")]
        shown = [share(float("nan") if value is None else value) for value in figures]
        print(f"{record['model']:<24}{shown[0]:>8}{shown[1]:>10}{shown[2]:>8}{shown[3]:>12}")
    print(f"{'best constant box':<24}{share(records[0]['constant_iou']):>8}")
    lean = {record["model"]: [LeanBin(**bin_) for bin_ in record["lean"]] for record in records}
    print(write_lean_plot(lean, given.plot))


if __name__ == "__main__":
    main()
