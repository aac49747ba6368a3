import json

import pytest

from facewright import Detector
from facewright.export.terms import Source, origin, terms_of, terms_of_run, weights_terms
from facewright.inference.card import TrainingSet


def of(**terms):
    return [TrainingSet(name=f"{name}/train", pictures=1, faces=1, terms=t) for name, t in terms.items()]


@pytest.mark.parametrize(
    ("sets", "terms"),
    [
        (of(a="CC0", b="CC BY 4.0"), "free for any use; the data's terms: CC BY 4.0, CC0"),
        (of(a="CC0", b="research"), "non-commercial research only, as the terms of b are"),
        (
            of(a="non-commercial", b="not stated"),
            "non-commercial research only, as the terms of a are",
        ),
        (of(a="CC0", b="not stated"), "as the terms of b allow, which are not stated"),
    ],
)
def test_weights_may_be_used_as_the_strictest_set_allows(sets, terms):
    assert weights_terms(sets) == terms


def test_weights_that_training_began_with_bring_their_terms():
    begun = "; begun with the weights of m"
    assert weights_terms(of(a="CC0"), Source("m")) == (
        f"as the terms of m allow, which are not stated{begun}, whose terms hold too"
    )
    research = Source("m", "non-commercial research only, as the terms of helen are")
    assert weights_terms(of(a="CC0"), research) == (
        f"non-commercial research only, as the terms of m are{begun} ({research.terms}), whose terms hold too"
    )
    again = Source("n", weights_terms(of(a="CC0"), research))
    assert weights_terms(of(a="CC0"), again).count("begun with the weights of") == 1
    assert weights_terms(of(a="CC0"), again).count("non-commercial research only") == 2
    late = Source("m", "pictures CC BY 4.0; weights for research")
    assert f"m ({late.terms})" in weights_terms(of(a="CC0"), late)
    free = Source("m", "free for any use; the data's terms: CC BY 4.0")
    assert weights_terms(of(a="CC0"), free) == (
        f"free for any use; the data's terms: CC0{begun} ({free.terms}), whose terms hold too"
    )


def test_a_teacher_and_a_model_that_labelled_bring_their_terms():
    data = [TrainingSet(name="found:f.jsonl?of=helen/train", pictures=1, faces=1, terms="research")]
    assert weights_terms(data, Source("m.onnx"), [Source("runs/large"), Source("runs/wide")]) == (
        "non-commercial research only, as the terms of helen are; begun with the weights of "
        "m.onnx, whose terms hold too; taught by runs/large, whose terms hold too; taught by runs/wide, "
        "whose terms hold too; found:f.jsonl?of=helen/train labelled by a model, whose terms hold too"
    )


def test_terms_of_sets_are_known_by_name_or_not_stated():
    assert terms_of("helen/train") == "research"
    assert terms_of("street-masks") == "CC0"
    assert terms_of("toy:500?seed=1") == "drawn by facewright, free"
    assert terms_of("yolo:my/faces") == "not stated"
    assert terms_of("found:faces.jsonl") == "not stated"
    assert terms_of("found:faces.jsonl?least=.7&of=helen/train") == "research"
    assert terms_of("found:faces.jsonl?of=toy:500") == "drawn by facewright, free"
    assert terms_of("aligned:toy:500?seed=1") == "drawn by facewright, free"


def test_a_run_that_others_learn_from_is_told_by_name_and_terms(tmp_path):
    sets = [{"name": "helen/train", "pictures": 1, "faces": 1}]
    (tmp_path / "run.json").write_text(json.dumps({"name": "large", "sets": sets, "init": None}))
    of = {"name": "large", "terms": "non-commercial research only, as the terms of helen are"}
    assert origin(str(tmp_path)) == of
    (tmp_path / "weights.safetensors").touch()
    assert origin(str(tmp_path / "weights.safetensors")) == of
    assert origin("detector-smal") is origin("") is None
    small = Detector("detector-small").card
    assert origin("detector-small") == {"name": "detector-small", "terms": small.terms}
    record = {"sets": [{"name": "toy:1"}], "init": "m.onnx"}
    record["teachers"] = [{"weights": str(tmp_path), "of": of}]
    assert terms_of_run(record).endswith(
        "; begun with the weights of m.onnx, whose terms hold too; taught by large (non-commercial research "
        "only, as the terms of helen are), whose terms hold too"
    )
    older = {
        "sets": [{"name": "toy:1"}],
        "command": "train x --init runs/a",
        "teacher": {"weights": "runs/b"},
    }
    assert "with the weights of runs/a, whose" in terms_of_run(older)
    assert terms_of_run(older).endswith("taught by runs/b, whose terms hold too")
    assert "begun with the weights of large (non" in terms_of_run(older | {"init": "runs/a", "init_of": of})
