import pickle

import numpy as np
import pytest

from facewright.core.errors import ModelError, UsageError
from facewright.inference import session as module
from facewright.inference.detections import FINDING, run_detection
from facewright.inference.session import TASKS, Session, available_cores, find_model


def test_pickles_as_its_arguments_and_opens_when_needed(colour_model, paint):
    session = Session(colour_model, FINDING, threads=1)
    assert session.card.name == "colours"
    copy = pickle.loads(pickle.dumps(session))
    assert copy._opened is None and (copy.path, copy.tasks, copy.threads) == (session.path, FINDING, 1)
    assert len(run_detection(copy, paint(9, 9, red=(1, 1, 3, 3))).scores) == 1


def test_a_copy_in_a_process_of_another_folder_finds_its_file(colour_model, tmp_path, monkeypatch):
    monkeypatch.chdir(colour_model.parent)
    sent = pickle.dumps(Session(colour_model.name))
    monkeypatch.chdir(tmp_path)
    assert pickle.loads(sent).card.task == "detection"


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


@pytest.mark.parametrize("model", [None, 5, b"detector-nano"])
def test_what_is_neither_a_name_nor_a_path_is_refused(model):
    with pytest.raises(
        UsageError, match="a model is the name of a shipped one or the path of a model file, not"
    ):
        find_model(model)


def test_an_installation_without_models_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MODELS", tmp_path)
    with pytest.raises(ModelError, match="ships none"):
        find_model("detector-nano")


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(ModelError, match=r"gone\.onnx: no such model file"):
        find_model(tmp_path / "gone.onnx")
    with pytest.raises(ModelError, match=r"gone\.onnx: no such model file"):
        find_model("gone.onnx")
    with pytest.raises(ModelError, match=r"a folder; give the \.onnx file in it"):
        find_model(tmp_path)


def test_of_a_run_that_has_no_model_file_yet_it_is_said_how_to_make_one(tmp_path):
    (tmp_path / "recipe.json").touch()
    with pytest.raises(ModelError, match=f"first: facewright export {tmp_path}"):
        find_model(tmp_path)
    (tmp_path / "mine.onnx").touch()
    with pytest.raises(ModelError, match=r"give the \.onnx file in it"):
        find_model(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a model at all", b"\x08\x0a\x12\x04junk"])
def test_a_file_that_is_not_a_model_is_one_sentence(tmp_path, content, capfd):
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"broken\.onnx: not an ONNX model") as caught:
        Session(path).card  # noqa: B018
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


ABS = '<ir_version: 10, opset_import: ["" : 18]> g (float[3] x) => (float[3] y) { y = Abs(x) }'
SUM = """<ir_version: 10, opset_import: ["" : 18]>
g (float[N, K] points) => (float[N] values) <int64[1] last = {1}>
{ values = ReduceSum <keepdims = 0> (points, last) }"""


@pytest.mark.parametrize("task", TASKS)
def test_a_model_with_other_inputs_and_outputs_than_its_task_has_is_refused(make_model, task):
    other = make_model(task=task, graph=ABS)
    with pytest.raises(ModelError, match=f"not those of a facewright model for {task}"):
        Session(other).card  # noqa: B018


def test_a_model_made_for_another_task_is_refused(make_model):
    model = make_model(task="regression", graph=SUM)
    with pytest.raises(ModelError, match="a model for regression, not for detection or localisation; give"):
        Session(model, FINDING).card  # noqa: B018


def test_runs_whatever_the_task_is(make_model):
    session = Session(make_model(task="regression", graph=SUM), ["regression"])
    points = np.arange(6, dtype=np.float32).reshape(3, 2)
    out = session.run({"points": points})
    assert list(out) == ["values"] and out["values"].tolist() == [1, 5, 9]
    assert session.run({"points": points.T})["values"].tolist() == [6, 9]  # not contiguous


def test_what_the_runtime_refuses_is_one_sentence(make_model):
    session = Session(make_model(task="regression", graph=SUM))
    with pytest.raises(ModelError, match=r"colours\.onnx: failed on 7; try less at once") as caught:
        session.run({"points": np.zeros(7, np.float32)})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["EPFail", "NotImplemented"])
def test_what_fails_in_a_provider_is_one_sentence_too(kind, colour_model, paint):
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    class Lost:
        def run(self, *_):
            raise getattr(state, kind)("the device was lost\nand a page more")

    session = Session(colour_model)
    session._opened = session._open()._replace(runtime=Lost())
    with pytest.raises(ModelError, match=r"failed on 6x8x3; .*\(the device was lost\)"):
        run_detection(session, paint(8, 6))
