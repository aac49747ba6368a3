"""Boxes that cannot be right, unreadable and blank files, faces without boxes or with two, blue faces: and
healthy twins."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Problem
from facewright.datasets.sets import data_root, read_sets
from facewright.doctor.data import Data
from facewright.doctor.examination import examine
from facewright.doctor.labels.checks import LABEL_CHECKS
from facewright.doctor.labels.tally import box_kind


def with_boxes(sample, boxes):
    return replace(sample, boxes=np.array(boxes, np.float32).reshape(-1, 4))


@pytest.fixture
def files(wide, tmp_path):
    """A YOLO folder of twelve healthy pictures."""
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    for sample in wide[:12]:
        Image.fromarray(sample.picture).save(tmp_path / "images" / f"{sample.name}.jpg")
        x0, y0, x1, y1 = sample.boxes.T / np.array([[384], [256], [384], [256]])
        rows = np.stack([(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0], axis=1).tolist()
        text = "".join("0 {:.6f} {:.6f} {:.6f} {:.6f}\n".format(*row) for row in rows)
        (tmp_path / "labels" / f"{sample.name}.txt").write_text(text)
    return tmp_path


def of(folder):
    return open_dataset(f"yolo:{folder}")


def ours(found):
    return {id for id in found if id.startswith(("labels-", "pictures-", "faces-"))}


def test_healthy_files(files, findings):
    assert ours(findings(of(files))) == set()


def test_pictures_that_cannot_be_read_are_counted(files, findings):
    pictures = sorted((files / "images").iterdir())
    whole = pictures[0].read_bytes()
    pictures[0].write_bytes(whole[: len(whole) // 2])  # the header is there: met when it is decoded
    pictures[1].write_bytes(b"no picture")  # met by the reader
    finding = findings(of(files))["pictures-unreadable"]
    assert finding.severity == "error"
    assert finding.evidence["unreadable"] == 2
    assert finding.evidence["pictures"] == 12
    assert pictures[0].name in str(finding.evidence["examples"])


def test_labels_and_pictures_without_each_other(files, findings):
    labels = sorted((files / "labels").iterdir())
    labels[0].rename(files / "labels" / "of-nothing.txt")
    found = findings(of(files))
    assert found["labels-missing"].evidence["unlabelled"] == 1
    assert found["labels-orphan"].evidence["orphans"] == 1
    assert {found[id].severity for id in ("labels-missing", "labels-orphan")} == {"warning"}


def test_copies_of_another_name_and_quality(files, findings):
    (first, second, *_) = sorted((files / "images").iterdir())
    Image.open(first).save(second, quality=40)
    (files / "labels" / f"{second.stem}.txt").write_text((files / "labels" / f"{first.stem}.txt").read_text())
    finding = findings(of(files))["pictures-repeated"]
    assert finding.evidence["copies"] == 1
    assert sorted(finding.evidence["pairs"][0]) == sorted(f"images/{p.name}" for p in (first, second))


@pytest.mark.parametrize(
    ("box", "kind"),
    [
        ((10, 10, 30, 30), None),
        ((-5, -5, 30, 30), None),
        ((np.nan,) * 4, None),
        ((np.nan, 1, 2, 3), "not-finite"),
        ((10, 10, np.inf, 30), "not-finite"),
        ((0.1, 0.2, 0.5, 0.6), "shares"),
        ((30, 10, 10, 30), "inverted"),
        ((10, 10, 10, 30), "empty"),
        ((0, 0, 0, 0), "empty"),
        ((120, 10, 140, 30), "outside"),
        ((90, 10, 130, 30), "overhanging"),
    ],
)
def test_kinds_of_bad_boxes(box, kind):
    assert box_kind(np.array(box, np.float32), 100, 80) == kind


def test_single_bad_boxes_are_warnings(toys, findings):
    bad = [[30, 10, 10, 30], [40, 40, 40, 60], [300, 10, 320, 30], [np.inf, 0, 1, 1]]
    boxes = [[*s.boxes.tolist(), bad[i]] if i < len(bad) else s.boxes for i, s in enumerate(toys)]
    found = findings([with_boxes(s, b) for s, b in zip(toys, boxes, strict=True)])
    for id in ("labels-inverted", "labels-empty", "labels-outside", "labels-not-finite"):
        assert found[id].evidence["found"] == 1
        assert found[id].severity == "warning"
    assert [f.id for f in found.values() if f.severity == "error"] == []


def test_boxes_that_readers_left_out_count_too(toys, findings):
    problems = tuple(Problem(f"{i}.xml", "box (0.1, 0.2, 0.3, 0.4) ...", "shares") for i in range(40))
    faceless = [with_boxes(s, []) for s in toys]
    finding = findings(Dataset("read", faceless, problems))["labels-not-pixels"]
    assert finding.evidence["found"] == finding.evidence["boxes"] == 40


def test_labels_that_cannot_be_read_are_told_by_how_many_they_are(files, findings):
    labels = sorted((files / "labels").iterdir())
    labels[0].write_text(labels[0].read_text() + "0 .5 .5\n")
    found = findings(of(files))
    assert found["labels-unusable"].severity == "warning" and "labels-not-read" not in found
    for label in labels:
        label.write_text(label.read_text() + "0 .5 .5 .2 .2 .9\n")
    found = findings(of(files))["labels-not-read"]
    assert found.severity == "error" and found.evidence["found"] == len(labels) + 1
    assert "line" in found.message and "3 columns where 5 are needed" in found.message


def test_boxes_of_larger_pictures_cannot_fit(toys, findings):
    found = findings([with_boxes(s, s.boxes * 3.5 + 60) for s in toys])
    assert found["labels-cannot-fit"].evidence["found"] > 30


def test_files_that_state_other_sizes_cannot_fit(toys, findings):
    problems = tuple(Problem(f"{i}.xml", "says 800x600 pixels", "size") for i in range(9))
    assert "labels-cannot-fit" in findings(Dataset("read", toys, problems))


def test_s3_red_and_blue_are_swapped(toys, errors):
    swapped = [replace(s, picture=np.ascontiguousarray(s.read()[:, :, ::-1])) for s in toys]
    assert errors(swapped) == ["pictures-bgr"]
    assert errors(toys) == []


def test_s3_crops_of_swapped_colours_without_boxes(toys, errors):
    def crop(sample, order):
        x0, y0, x1, y1 = sample.boxes[np.argmax(sample.boxes[:, 3] - sample.boxes[:, 1])].astype(int)
        small = Image.fromarray(sample.read()[y0:y1, x0:x1]).resize((64, 64))
        picture = np.ascontiguousarray(np.asarray(small)[:, :, ::order])
        one = replace(
            sample, picture=picture, attributes={}, landmarks=np.full((1, 5, 2), np.nan, np.float32)
        )
        return with_boxes(one, [[np.nan] * 4])

    assert "pictures-bgr" in errors([crop(s, -1) for s in toys])
    assert errors([crop(s, 1) for s in toys]) == []


def test_grey_pictures_have_no_order_of_colours(toys, errors):
    grey = [replace(s, picture=np.repeat(s.read()[:, :, 1:2], 3, axis=2)) for s in toys]
    assert errors(grey) == []


def test_faces_that_nobody_annotated(toys, findings):
    corner = np.array([[0, 0, 4, 4]], np.float32)  # so that no picture is said to show nothing
    forgotten = [replace(with_boxes(s, []), ignore=corner) for s in toys]
    finding = findings(forgotten)["faces-unannotated"]
    assert finding.severity == "warning"
    assert finding.evidence["pictures_concerned"] >= 5
    whole = np.array([[0, 0, 256, 256]], np.float32)
    assert "faces-unannotated" not in findings([replace(s, ignore=whole) for s in forgotten])


def test_boxes_on_nothing(toys, findings):
    beside = [replace(s, picture=np.full_like(s.read(), 90)) for s in toys[:16]]
    finding = findings([*toys[16:], *beside])["labels-without-face"]
    assert finding.severity == "warning"
    assert finding.evidence["without_face"] >= 16


@pytest.mark.parametrize("name", read_sets())
def test_the_sets_at_hand_raise_no_alarm(name):
    if not data_root().joinpath(read_sets()[name].source.partition(":")[2].partition("?")[0]).is_dir():
        pytest.skip(f"the set {name} is not in the data folder")
    subject = Data(name, open_dataset(name), limit=40)
    examined = examine([subject], checks=LABEL_CHECKS)
    assert [finding.message for finding in examined.findings if finding.severity == "error"] == []


@pytest.mark.parametrize("line", ["0 0 0 0 0", "0 nan nan nan nan"])
def test_boxes_of_which_nothing_is_left_are_an_error_where_they_are_many(line, files, findings):
    """Shares that were cut to whole numbers, or divided by nothing."""
    for label in (files / "labels").iterdir():
        label.write_text("".join(f"{line}\n" for _ in label.read_text().splitlines()))
    found = findings(of(files))
    assert found["labels-not-read"].severity == "error"
    assert "labels-emptied" not in found  # it follows


def test_shares_above_one_may_be_hundredths(files, findings):
    for label in (files / "labels").iterdir():
        rows = np.array([line.split() for line in label.read_text().splitlines()], float) * (
            1,
            100,
            100,
            100,
            100,
        )
        label.write_text("".join("{:.0f} {} {} {} {}\n".format(*row) for row in rows))
    assert "hundredths" in findings(of(files))["labels-not-pixels"].message


def test_labels_that_were_emptied_by_mistake(toys, findings, scene):
    found = findings([with_boxes(s, []) if i % 2 else s for i, s in enumerate(toys)])
    emptied = found["labels-emptied"]
    assert emptied.severity == "error"
    assert emptied.evidence["pictures"] == 16 and emptied.evidence["found"] >= 8
    assert "faces-unannotated" not in found  # the same faces
    faceless = [scene(seed) for seed in range(len(toys))]
    assert "labels-emptied" not in findings([*toys, *faceless, *(with_boxes(s, []) for s in toys[:8])])


def test_faces_with_two_boxes(toys, findings):
    moved = [np.concatenate([s.boxes, s.boxes]) if i < 3 else s.boxes for i, s in enumerate(toys)]
    found = findings([with_boxes(s, b) for s, b in zip(toys, moved, strict=True)])["labels-doubled"]
    assert found.evidence["boxes"] == sum(len(s.boxes) for s in toys[:3])
    assert found.evidence["names"] == [s.name for s in toys[:3]]
    halves = [
        np.concatenate([s.boxes, s.boxes + (0, 0, 0, (s.boxes[0, 3] - s.boxes[0, 1]) / 2)]) for s in toys
    ]
    assert "labels-doubled" not in findings([with_boxes(s, b) for s, b in zip(toys, halves, strict=True)])


def test_pictures_saved_from_zero_to_one_are_blank(toys, findings):
    saved = [replace(s, picture=(s.read() / 255).round().astype(np.uint8)) for s in toys[:3]]
    found = findings([*saved, *toys[3:]])["pictures-blank"]
    assert found.evidence["blank"] == 3 and found.evidence["names"] == [s.name for s in toys[:3]]
    dim = [replace(s, picture=(s.read() * 0.3).astype(np.uint8)) for s in toys]
    assert "pictures-blank" not in findings(dim)
    ground = np.full((384, 384, 3), 255, np.uint8)
    small = []
    for sample in toys:
        picture = ground.copy()
        picture[:24, :24] = np.asarray(Image.fromarray(sample.read()).resize((24, 24)))
        small.append(replace(sample, picture=picture))
    assert "pictures-blank" not in findings(small)


def test_labels_of_some_pictures_exchanged_lie_beside_the_faces(toys, findings):
    boxes = [s.boxes for s in toys]
    for i in range(0, 24, 2):  # of pictures that lie three apart, so that no neighbour explains it
        boxes[i], boxes[(i + 7) % len(toys)] = boxes[(i + 7) % len(toys)], boxes[i]
    found = findings([with_boxes(s, b) for s, b in zip(toys, boxes, strict=True)])
    assert found["labels-off-faces"].severity == "error"


def test_a_crowd_of_which_only_one_face_has_a_box_is_not_beside_it(toys, findings):
    assert "labels-off-faces" not in findings([with_boxes(s, s.boxes[:1]) for s in toys])
