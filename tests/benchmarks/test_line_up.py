"""Whose figures are whose."""

import shutil

from facewright.inference.session import find_model
from line_up import line_up


def test_model_files_of_one_name_are_told_apart_and_a_model_is_measured_once(tmp_path):
    files = [str(tmp_path / folder / "last.onnx") for folder in "ab"]
    for file, model in zip(files, ("detector-nano", "detector-small"), strict=True):
        (tmp_path / file).parent.mkdir()
        shutil.copy(find_model(model), file)
    detectors, left_out = line_up(["detector-nano", *files, files[0]], [], once=False)
    assert [detector.name for detector in detectors] == ["detector-nano", *files] and not left_out
    assert [ours.name for ours in line_up(files[:1], [])[0]] == ["last", "last, one look"]
