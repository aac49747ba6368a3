"""Which benchmark a DATA text is, and that finds are the same in memory and in files."""

import numpy as np
import pytest

from facewright.core.errors import DataError, UsageError
from facewright.core.faces import Faces
from facewright.datasets.labels import Problems
from facewright.metrics.benchmarks import Fddb, WiderFace, needed, open_benchmark

ELLIPSES = "2002/a/img_1\n1\n30 20 1.5707963 50 40  1\n2002/a/img_2\n0\n"
PICTURES = {"0--Parade/a": [(10, 10, 20, 20)], "0--Parade/b": [(40, 40, 8, 9)]}


@pytest.fixture
def wider(tmp_path, write_wider_truth):
    write_wider_truth(tmp_path / "wider/wider_face_split", PICTURES)
    return tmp_path / "wider"


@pytest.fixture
def fddb(tmp_path):
    folds = tmp_path / "fddb/FDDB-folds"
    folds.mkdir(parents=True)
    (folds / "FDDB-fold-01-ellipseList.txt").write_text(ELLIPSES)
    (folds / "FDDB-fold-02-ellipseList.txt").write_text(ELLIPSES.replace("2002", "2003"))
    return tmp_path / "fddb"


def test_wider_face_is_known_where_its_files_lie(wider, tmp_path):
    for text in (f"wider:{wider}", f"wider:{wider}?split=val", f"widerface-gt:{wider}/wider_face_split"):
        assert isinstance(open_benchmark(text), WiderFace)
    listed = wider / "wider_face_split/wider_face_val_bbx_gt.txt"
    listed.write_text("")
    assert isinstance(open_benchmark(f"wider:{listed}"), WiderFace)
    for text in (f"wider:{wider}?split=train", f"wider:{tmp_path}", "toy:5", "street-masks/val"):
        assert open_benchmark(text) is None
    trained = wider.rename(tmp_path / "wider-train-val")
    assert isinstance(open_benchmark(f"wider:{trained}"), WiderFace)
    listed = trained / "wider_face_split/wider_face_train_bbx_gt.txt"
    listed.write_text("")
    assert open_benchmark(f"wider:{listed}") is None


def test_fddb_is_known_by_its_lists(fddb):
    whole = open_benchmark(f"fddb:{fddb}?box_scale=.9")
    assert isinstance(whole, Fddb) and len(whole.names) == 4
    assert set(open_benchmark(f"fddb:{fddb}?fold=2").truth.folds) == {2}
    assert set(open_benchmark(f"fddb-gt:{fddb}?fold=1").truth.folds) == {1}


def test_what_is_no_benchmark_or_has_no_such_option_is_said(wider, fddb, tmp_path):
    with pytest.raises(UsageError, match=r"toy:5: predictions are judged by a benchmark .* widerface-gt:DIR"):
        needed("toy:5")
    with pytest.raises(UsageError, match=r"with its four official \.mat files"):
        needed(f"wider:{tmp_path}")
    with pytest.raises(UsageError, match="takes no option, and 'split' is given"):
        needed(f"widerface-gt:{wider}?split=val")
    with pytest.raises(UsageError, match="fddb-gt: has no option 'fild'; did you mean 'fold'"):
        needed(f"fddb-gt:{fddb}?fild=1")
    with pytest.raises(DataError, match=r"holds no wider_face_val\.mat"):
        needed(f"widerface-gt:{tmp_path}")


@pytest.mark.parametrize("kind", ["widerface-gt", "fddb-gt"])
def test_what_is_written_is_judged_as_what_was_found(wider, fddb, tmp_path, kind):
    benchmark = needed(f"{kind}:{wider if kind == 'widerface-gt' else fddb}")
    rng = np.random.default_rng(4)
    faces = {}
    for name in benchmark.names[:-1]:
        corners = rng.uniform(0, 40, (30, 2))
        boxes = np.concatenate([corners, corners + rng.uniform(5, 40, (30, 2))], axis=1)
        boxes[0] = (10.123456, 10, 30, 30)
        faces[f"{name}.jpg"] = Faces(boxes, rng.uniform(0, 1, 30))
    faces["other/z.jpg"] = Faces([[0, 0, 9, 9]], [0.5])
    problems = Problems()
    found = benchmark.of_faces(faces, problems)
    assert "is the first of 1 pictures" in str(problems[0]) and benchmark.names[-1] in str(problems[0])
    benchmark.write(tmp_path / "out", faces)
    again = benchmark.read(tmp_path / "out", Problems())
    first, second = benchmark.judge(found), benchmark.judge(again)
    if kind == "widerface-gt":
        assert {k: v.ap for k, v in first.items()} == {k: v.ap for k, v in second.items()}
        assert 0 < first["hard"].ap < 1
    else:
        assert first.to_dict() == second.to_dict()
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
            "fold-01-out.txt",
            "fold-02-out.txt",
        ]
