"""Arrays of crops."""

import numpy as np
import pytest

from facewright.core.errors import DataError
from facewright.datasets.npz import read, write

GREY = np.arange(4 * 5 * 6, dtype=np.uint8).reshape(4, 5, 6)


def save(folder, **arrays):
    np.savez(folder / "crops.npz", **arrays)
    return folder / "crops.npz"


def test_faces_and_non_faces(tmp_path):
    dataset = read(save(tmp_path, faces=GREY[:3], non_faces=GREY[3:]))
    assert [s.name for s in dataset] == ["faces/0", "faces/1", "faces/2", "non_faces/0"]
    assert [s.boxes.tolist() for s in dataset] == [[[0, 0, 6, 5]]] * 3 + [[]]
    assert dataset[3].read().shape == (5, 6, 3)


def test_images_with_target_as_face_or_as_person(tmp_path):
    path = save(tmp_path, images=GREY / 255, target=[0, 1, 1, 0])
    assert [len(s.boxes) for s in read(path)] == [0, 1, 1, 0]
    assert (read(path)[2].read()[..., 0] == GREY[2]).all()
    people = read(save(tmp_path, images=GREY, target=[0, 3, 3, 2]), target="person")
    assert [s.group for s in people] == ["crops-0", "crops-3", "crops-3", "crops-2"]
    assert all(len(s.boxes) == 1 for s in people)


def test_blue_first_and_targets_in_a_column(tmp_path):
    crops = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), np.uint8)
    path = write(tmp_path / "a.npz", crops, np.array([1, 0, 1], np.uint8))
    with np.load(path) as held:
        assert (held["images"] == crops[..., ::-1]).all() and held["images"].dtype == np.uint8
        assert held["target"].tolist() == [[1], [0], [1]]
    back = read(path, order="bgr")
    assert [len(s.boxes) for s in back] == [1, 0, 1]
    assert all((s.read() == crop).all() for s, crop in zip(back, crops, strict=True))
    assert (read(path)[0].read() == crops[0][..., ::-1]).all()
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]


@pytest.mark.parametrize(
    ("arrays", "why"),
    [
        ({"images": GREY, "target": [0, 3, 3, 2]}, "target=person"),
        ({"images": GREY, "target": [0, 1]}, "4 images but target"),
        ({"images": GREY}, "holds images; wanted"),
        ({"faces": GREY.reshape(4, 30)}, r"shape \(4, 30\)"),
        ({"faces": GREY.astype(np.int64)}, "int64"),
        ({"faces": GREY / 100}, "float64"),
    ],
)
def test_other_arrays_are_refused(tmp_path, arrays, why):
    with pytest.raises(DataError, match=why):
        read(save(tmp_path, **arrays))


def test_damaged_files_and_bare_arrays_are_refused(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(DataError, match="not readable"):
        read(tmp_path / "a.npz")
    np.save(tmp_path / "b.npy", GREY)
    with pytest.raises(DataError, match="bare array"):
        read(tmp_path / "b.npy")
    with pytest.raises(DataError, match="no such file"):
        read(tmp_path / "c.npz")
    with pytest.raises(DataError, match="takes face"):
        read(tmp_path / "b.npy", target="cat")
    with pytest.raises(DataError, match="takes rgb or bgr"):
        read(tmp_path / "b.npy", order="brg")


def test_groups_are_read_and_checked(tmp_path):
    path, arrays = (
        tmp_path / "a.npz",
        {"images": np.zeros((2, 8, 8, 3), np.uint8), "target": np.array([1, 0])},
    )
    np.savez(path, **arrays, groups=np.array(["Ada", ""]))
    assert [s.group for s in read(path)] == ["Ada", "1"]
    for groups in (np.array(["Ada"]), np.array([1.5, 2.5])):
        np.savez(path, **arrays, groups=groups)
        with pytest.raises(DataError, match="groups is no list of 2 names"):
            read(path)
