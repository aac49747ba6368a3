import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from facewright.core.errors import ModelError, UsageError
from facewright.inference import session as module
from facewright.inference.session import Session, available_cores, find_model


def test_finds_boxes_scores_and_landmarks_in_pixels_best_first(colour_model, paint):
    found = Session(colour_model).run(paint(64, 48, green=(40, 0, 64, 48), red=(8, 10, 28, 30)))
    assert found.boxes.tolist() == [[8, 10, 28, 30], [40, 0, 64, 48]]
    assert found.scores.tolist() == pytest.approx([0.9, 0.6])
    assert found.landmarks.shape == (2, 5, 2)
    assert found.landmarks[0, 0].tolist() == pytest.approx([14, 18])


def test_the_optional_inputs_override_what_the_file_says(colour_model, paint):
    session = Session(colour_model)
    picture = paint(32, 32, red=(0, 0, 4, 4), green=(8, 8, 12, 12), blue=(16, 16, 20, 20))
    assert len(session.run(picture, score_threshold=0.1, iou_threshold=0.3).scores) == 3
    assert len(session.run(picture, score_threshold=0.95).scores) == 0
    assert session.run(picture, score_threshold=0.1, max_faces=1).scores.tolist() == pytest.approx([0.9])


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (3, 2)])
def test_any_size_will_do_and_no_face_is_an_empty_answer(colour_model, size):
    found = Session(colour_model).run(np.zeros((*size, 3), np.uint8))
    assert found.boxes.shape == (0, 4) and found.landmarks.shape == (0, 5, 2)


@pytest.mark.parametrize(
    "array", [np.zeros((4, 4, 3)), np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_rgb_picture_is_refused(colour_model, array):
    with pytest.raises(ValueError, match="uint8 of shape"):
        Session(colour_model).run(array)


def test_several_threads_may_call_it_at_once(colour_model, paint):
    session = Session(colour_model)
    pictures = [paint(60, 40, red=(i, i, i + 10, i + 5)) for i in range(24)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(session.run, pictures))
    assert [f.boxes[0].tolist() for f in found] == [[i, i, i + 10, i + 5] for i in range(24)]


def test_pickles_as_its_arguments_and_opens_when_needed(colour_model, paint):
    session = Session(colour_model, threads=1)
    assert session.card.name == "colours"
    copy = pickle.loads(pickle.dumps(session))
    assert copy._opened is None and (copy.path, copy.threads) == (session.path, 1)
    assert len(copy.run(paint(9, 9, red=(1, 1, 3, 3))).scores) == 1


def test_threads_are_never_more_than_the_cores(colour_model):
    assert 1 <= Session(colour_model).threads <= min(4, available_cores())
    assert Session(colour_model, threads=10_000).threads == available_cores()


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_wrong_threads_are_refused(colour_model, threads):
    with pytest.raises(UsageError, match="threads must be a whole number"):
        Session(colour_model, threads=threads)


def test_a_device_that_is_not_there_is_no_silent_fallback(colour_model, monkeypatch):
    with pytest.raises(UsageError, match="did you mean 'cuda'"):
        Session(colour_model, device="cuba").card  # noqa: B018
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(
        UsageError, match=r"'cuda' is not in the onnxruntime installed here, which offers cpu;"
    ):
        Session(colour_model, device="cuda").card  # noqa: B018


def test_a_device_that_does_not_start_is_no_silent_fallback(colour_model, monkeypatch):
    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: both)

    class FallsBack:
        def __init__(self, *_: object, **__: object) -> None: ...

        def get_providers(self) -> list[str]:
            return both[1:]

    monkeypatch.setattr("onnxruntime.InferenceSession", FallsBack)
    with pytest.raises(UsageError, match="could not start it"):
        Session(colour_model, device="cuda").card  # noqa: B018


def test_a_shipped_model_is_found_by_name_and_a_wrong_name_gets_the_nearest(tmp_path, monkeypatch):
    (tmp_path / "detector-nano.onnx").touch()
    (tmp_path / "detector-small.onnx").touch()
    monkeypatch.setattr(module, "MODELS", tmp_path)
    assert find_model("detector-nano") == tmp_path / "detector-nano.onnx"
    with pytest.raises(ModelError, match="no model is named 'detector-nan'; did you mean 'detector-nano'"):
        find_model("detector-nan")
    with pytest.raises(ModelError, match="there is detector-nano, detector-small"):
        find_model("xyz")


def test_an_installation_without_models_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MODELS", tmp_path)
    with pytest.raises(ModelError, match="ships none"):
        find_model("detector-nano")


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(ModelError, match=r"gone\.onnx: no such model file"):
        find_model(tmp_path / "gone.onnx")
    with pytest.raises(ModelError, match=r"gone\.onnx: no such model file"):
        find_model("gone.onnx")
    with pytest.raises(ModelError, match="a folder"):
        find_model(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a model at all", b"\x08\x0a\x12\x04junk"])
def test_a_file_that_is_not_a_model_is_one_sentence(tmp_path, content, capfd):
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"broken\.onnx: not an ONNX model") as caught:
        Session(path).card  # noqa: B018
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_model_with_other_outputs_is_refused(make_model, paint):
    other: Path = make_model(
        graph='<ir_version: 10, opset_import: ["" : 18]> g (float[3] x) => (float[3] y) { y = Abs(x) }'
    )
    with pytest.raises(ModelError, match="not those of a facewright detector"):
        Session(other).run(paint(4, 4))
