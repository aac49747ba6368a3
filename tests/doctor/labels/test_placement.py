"""Sets whose boxes went wrong in one known way, each beside its healthy twin."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Sample, no_landmarks

# What each fault makes of the true boxes, as x0, y0, x1, y1 in a picture of w x h. Written down from what
# goes wrong, not as the inverse of what the doctor tries.
FAULTS = {
    "transposed": ("labels-transposed", lambda x0, y0, x1, y1, w, h: (y0, x0, y1, x1)),
    "transposed shares": (
        "labels-transposed",
        lambda x0, y0, x1, y1, w, h: (y0 / h * w, x0 / w * h, y1 / h * w, x1 / w * h),
    ),
    "sizes transposed": (
        "labels-transposed",
        lambda x0, y0, x1, y1, w, h: (
            (x0 + x1 - y1 + y0) / 2,
            (y0 + y1 - x1 + x0) / 2,
            (x0 + x1 + y1 - y0) / 2,
            (y0 + y1 + x1 - x0) / 2,
        ),
    ),
    "shares of the other side": (
        "labels-wrong-side",
        lambda x0, y0, x1, y1, w, h: (x0 / h * w, y0 / w * h, x1 / h * w, y1 / w * h),
    ),
    "shares of the width": (
        "labels-wrong-side",
        lambda x0, y0, x1, y1, w, h: (x0, y0 / w * h, x1, y1 / w * h),
    ),
    "shares of a padded square": (
        "labels-offset",
        lambda x0, y0, x1, y1, w, h: (x0, (y0 + (w - h) / 2) / w * h, x1, (y1 + (w - h) / 2) / w * h),
    ),
    "mirrored": ("labels-mirrored", lambda x0, y0, x1, y1, w, h: (w - x1, y0, w - x0, y1)),
    "y from below": ("labels-upside-down", lambda x0, y0, x1, y1, w, h: (x0, h - y1, x1, h - y0)),
    "half a turn": ("labels-turned", lambda x0, y0, x1, y1, w, h: (w - x1, h - y1, w - x0, h - y0)),
    "a quarter turn": ("labels-turned", lambda x0, y0, x1, y1, w, h: (y0, w - x1, y1, w - x0)),
    "a quarter turn back": ("labels-turned", lambda x0, y0, x1, y1, w, h: (h - y1, x0, h - y0, x1)),
    "centre as corner": (
        "labels-centre-as-corner",
        lambda x0, y0, x1, y1, w, h: ((x0 + x1) / 2, (y0 + y1) / 2, (3 * x1 - x0) / 2, (3 * y1 - y0) / 2),
    ),
    "centre and size as corners": (
        "labels-centre-as-corner",
        lambda x0, y0, x1, y1, w, h: ((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0),
    ),
    "corner as centre": (
        "labels-corner-as-centre",
        lambda x0, y0, x1, y1, w, h: ((3 * x0 - x1) / 2, (3 * y0 - y1) / 2, (x0 + x1) / 2, (y0 + y1) / 2),
    ),
    "corners as centre and size": (
        "labels-corner-as-centre",
        lambda x0, y0, x1, y1, w, h: (x0 - x1 / 2, y0 - y1 / 2, x0 + x1 / 2, y0 + y1 / 2),
    ),
    "size as corner": ("labels-size-as-corner", lambda x0, y0, x1, y1, w, h: (x0, y0, x1 - x0, y1 - y0)),
    "corner as size": ("labels-size-as-corner", lambda x0, y0, x1, y1, w, h: (x0, y0, x0 + x1, y0 + y1)),
    "half size": ("labels-other-size", lambda x0, y0, x1, y1, w, h: (x0 / 2, y0 / 2, x1 / 2, y1 / 2)),
    "double size": ("labels-other-size", lambda x0, y0, x1, y1, w, h: (x0 * 2, y0 * 2, x1 * 2, y1 * 2)),
    "moved": ("labels-offset", lambda x0, y0, x1, y1, w, h: (x0 + 20, y0 + 14, x1 + 20, y1 + 14)),
    "moved back": ("labels-offset", lambda x0, y0, x1, y1, w, h: (x0 - 20, y0 - 14, x1 - 20, y1 - 14)),
    "a letterbox": (
        "labels-offset",
        lambda x0, y0, x1, y1, w, h: (x0 * 0.75, y0 * 0.75 + 32, x1 * 0.75, y1 * 0.75 + 32),
    ),
    "padding": (
        "labels-offset",
        lambda x0, y0, x1, y1, w, h: (x0, y0 + (w - h) / 2, x1, y1 + (w - h) / 2),
    ),
    "shares": ("labels-not-pixels", lambda x0, y0, x1, y1, w, h: (x0 / w, y0 / h, x1 / w, y1 / h)),
    "hundredths": (
        "labels-not-pixels",
        lambda x0, y0, x1, y1, w, h: (x0 / w * 100, y0 / h * 100, x1 / w * 100, y1 / h * 100),
    ),
}


def with_boxes(sample, boxes):
    return replace(sample, boxes=np.array(boxes, np.float32).reshape(-1, 4))


def spoilt(samples, fault):
    def one(sample):
        height, width = sample.picture.shape[:2]
        return with_boxes(sample, [fault(*box, width, height) for box in sample.boxes.tolist()])

    return [one(sample) for sample in samples]


def test_healthy_pictures_have_no_finding_of_their_labels(toys, wide, findings):
    for samples in (toys, wide):
        found = findings(samples)
        assert [i for i, finding in found.items() if finding.severity == "error"] == []
        assert [i for i in found if i.startswith(("labels-", "pictures-", "faces-"))] == []


@pytest.mark.parametrize("name", FAULTS)
def test_misread_boxes_are_named(name, wide, errors):
    id, fault = FAULTS[name]
    assert id in errors(spoilt(wide, fault))


@pytest.mark.parametrize(("factor", "up"), [(1.5, 0.0), (1.2, 0.2), (0.7, 0.0), (1.0, 0.25)])
def test_boxes_of_another_habit_are_no_fault(factor, up, wide, errors):
    """Of heads, or of the middle of faces: off by a share of their size, as no padding moves them."""

    def other(x0, y0, x1, y1, w, h):
        x, y, half, rise = (x0 + x1) / 2, (y0 + y1) / 2, factor / 2, up * (y1 - y0)
        width, height = (x1 - x0) * half, (y1 - y0) * half
        return x - width, y - height - rise, x + width, y + height - rise

    assert errors(spoilt(wide, other)) == []


@pytest.mark.parametrize("name", ["moved", "moved back", "a letterbox", "padding"])
def test_an_offset_is_not_taken_for_another_fault(name, toys, wide, errors):
    samples = wide if name == "padding" else toys
    follows = {"labels-cannot-fit", "landmarks-outside"}  # boxes that moved, and landmarks that did not
    assert set(errors(spoilt(samples, FAULTS[name][1]))) - follows == {"labels-offset"}


def test_the_cure_of_an_offset_names_its_numbers(toys, findings):
    finding = findings([with_boxes(s, s.boxes + np.array([20, 14, 20, 14])) for s in toys])["labels-offset"]
    x, y = (int(word.strip("(),")) for word in finding.message.split("moved by ")[1].split()[:2])
    assert abs(x - 20) <= 6 and abs(y - 14) <= 6  # the detector's habit is another than the labels'
    assert finding.evidence["mean_iou_explained"] > 0.6


def test_boxes_shifted_by_one_file_are_named(toys, wide, findings):
    for step in (1, -1):
        for samples in (toys, wide):
            boxes = [samples[(i + step) % len(samples)].boxes for i in range(len(samples))]
            found = findings([with_boxes(s, b) for s, b in zip(samples, boxes, strict=True)])
            assert "labels-shifted" in found and "labels-emptied" not in found
            assert ("after" if step == 1 else "before") in found["labels-shifted"].message


def test_the_shift_is_seen_where_only_some_pictures_are_looked_at(toys, findings):
    shifted = [with_boxes(s, o.boxes) for s, o in zip(toys, toys[1:] + toys[:1], strict=True)]
    assert "labels-shifted" in findings(shifted, limit=20)


def test_a_shift_from_one_missing_file_on_is_named(toys, findings):
    many = [replace(s, name=f"{round}-{s.name}") for round in range(3) for s in toys]
    late = [with_boxes(s, many[i + 1].boxes) for i, s in enumerate(many[48:-1], 48)]
    finding = findings([*many[:48], *late])["labels-shifted"]
    first = [sample.name for sample in many].index(finding.message.split()[1])
    assert abs(first - 48) <= 6  # the detector does not find every face, so that the place is not exact


def test_the_finding_shows_numbers_names_and_a_picture(wide, findings):
    finding = findings(spoilt(wide, FAULTS["mirrored"][1]))["labels-mirrored"]
    assert finding.evidence["mean_iou_stated"] < 0.2 < 0.5 < finding.evidence["mean_iou_explained"]
    assert len(finding.evidence["names"]) == 5
    assert finding.picture.shape[2] == 3


def test_clipped_by_a_reader_they_are_named_all_the_same(wide, errors, tmp_path):
    def written(folder, words):
        root = tmp_path / folder
        (root / "images").mkdir(parents=True)
        (root / "labels").mkdir()
        for sample in wide:
            Image.fromarray(sample.picture).save(root / "images" / f"{sample.name}.jpg")
            h, w = sample.picture.shape[:2]
            rows = [words(x0 / w, y0 / h, x1 / w, y1 / h) for x0, y0, x1, y1 in sample.boxes.tolist()]
            text = "".join(f"0 {a:.6f} {b:.6f} {c:.6f} {d:.6f}\n" for a, b, c, d in rows)
            (root / "labels" / f"{sample.name}.txt").write_text(text)
        return open_dataset(f"yolo:{root}")

    right = written("right", lambda a, b, c, d: ((a + c) / 2, (b + d) / 2, c - a, d - b))
    corner = written("corner", lambda a, b, c, d: (a, b, c - a, d - b))
    corners = written("corners", lambda a, b, c, d: (a, b, c, d))
    pixels = written(
        "pixels", lambda a, b, c, d: ((a + c) * 192, (b + d) * 128, (c - a) * 384, (d - b) * 256)
    )
    assert errors(right) == []
    assert "labels-corner-as-centre" in errors(corner)
    assert "labels-corner-as-centre" in errors(corners)
    assert "labels-not-pixels" in errors(pixels)


@pytest.mark.parametrize("orientation", [2, 3, 5, 6, 8])
def test_boxes_for_the_pixels_as_stored_are_named_where_exif_turns_them(wide, errors, tmp_path, orientation):
    # What turns an upright picture into the one that is stored with this orientation.
    store = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]  # Pillow's Transpose
    labelled_upright, labelled_stored = [], []
    for sample in wide[:14]:
        exif = Image.Exif()
        exif[0x0112] = orientation
        file = tmp_path / f"{sample.name}.jpg"
        Image.fromarray(sample.picture).transpose(Image.Transpose(store)).save(file, exif=exif)
        labelled_upright.append(replace(sample, picture=file))
        mask = np.zeros((len(sample.boxes), *sample.picture.shape[:2]), np.uint8)
        boxes = []
        for plane, (x0, y0, x1, y1) in zip(mask, sample.boxes.round().astype(int), strict=True):
            plane[y0:y1, x0:x1] = 1
            boxes.append(Image.fromarray(plane).transpose(Image.Transpose(store)).getbbox())
        labelled_stored.append(with_boxes(replace(sample, picture=file), boxes))
    assert labelled_upright[0].read().shape == wide[0].picture.shape
    assert errors(labelled_upright) == []
    assert "labels-turned" in errors(labelled_stored)
    assert "labels-turned" in errors([*labelled_stored, *wide[14:]])


def test_some_pictures_that_lost_their_orientation_are_named(wide, findings):
    lying = [replace(s, picture=np.ascontiguousarray(np.rot90(s.picture))) for s in wide[:20]]
    found = findings(lying + wide[20:])
    assert "labels-turned" in found
    assert found["pictures-turned"].evidence["turned"] >= 8


def test_s0_boxes_of_the_original_pictures_on_aligned_crops(toys, errors):
    aligned, with_original_boxes = [], []
    for sample in toys:
        box = sample.boxes[np.argmax(sample.boxes[:, 3] - sample.boxes[:, 1])]
        side = 1.5 * float(box[3] - box[1])
        x, y = (box[:2] + box[2:]) / 2 - np.array([side * 178 / 218, side]) / 2
        crop = Image.fromarray(sample.picture).transform(
            (178, 218),
            Image.Transform.EXTENT,
            (x, y, x + side * 178 / 218, y + side),
            Image.Resampling.BICUBIC,
        )
        placed = (box - np.tile([x, y], 2)) * (218 / side)
        one = replace(
            sample, picture=np.array(crop), landmarks=np.full((1, 5, 2), np.nan, np.float32), attributes={}
        )
        aligned.append(with_boxes(one, [placed]))
        # The originals are larger: CelebA's are about twice as wide as the crops.
        with_original_boxes.append(with_boxes(one, [box * 2]))
    assert errors(aligned) == []
    assert set(errors(with_original_boxes)) & {"labels-cannot-fit", "labels-off-faces"}


def test_boxes_dealt_out_at_random_lie_off_the_faces(toys, errors):
    order = np.random.default_rng(1).permutation(len(toys))
    assert "labels-off-faces" in errors(
        [with_boxes(s, toys[i].boxes) for s, i in zip(toys, order, strict=True)]
    )


def test_faces_that_the_detector_does_not_know_are_not_judged_by_its_mistakes(toys, errors):
    unknown = [
        replace(s, name=f"u{i}-{s.name}", picture=np.full_like(s.picture, 90)) for i in range(2) for s in toys
    ]
    elsewhere = [with_boxes(s, [[0, 0, 20, 24]]) for s in toys[:16]]
    assert "labels-off-faces" in errors(elsewhere)
    assert "labels-off-faces" not in errors([*elsewhere, *unknown])


def test_sets_without_boxes_or_faces_are_not_judged(toys, errors, scene):
    unknown = [with_boxes(s, [[np.nan] * 4]) for s in toys]
    faceless = [replace(s, picture=scene(i).picture) for i, s in enumerate(toys)]
    assert errors(unknown) == []
    assert errors([with_boxes(s, []) for s in faceless]) == []
    assert errors(faceless) == []  # nobody finds a face, so that nobody can say where the boxes belong
    assert errors(Dataset("one", toys[:1])) == []


def test_boxes_of_pictures_that_were_each_resized_by_its_own_factor_are_named(wide, findings):
    """Pictures of several sizes, their boxes made where each was squeezed into the same square."""
    samples = []
    for number, sample in enumerate(wide):
        side = (384, 256), (300, 300), (256, 380)
        width, height = side[number % 3]
        picture = np.asarray(Image.fromarray(sample.picture).resize((width, height)))
        samples.append(
            with_boxes(replace(sample, picture=picture), sample.boxes / (384, 256, 384, 256) * 200)
        )
    found = findings(samples)["labels-other-size"]
    assert "squeezed into squares of" in found.message
    assert abs(int(found.message.split("squares of ")[1].split()[0]) - 200) < 10


@pytest.mark.parametrize(("factors", "says"), [((2, 2), "2"), ((0.5, 0.5), "0.5"), ((2.2, 1), "2.")])
def test_boxes_of_a_size_that_is_no_habit_are_told_and_are_not_beside_the_faces(
    factors, says, wide, findings
):
    def other(x0, y0, x1, y1, w, h):
        x, y, width, height = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) * factors[0], (y1 - y0) * factors[1]
        return x - width / 2, y - height / 2, x + width / 2, y + height / 2

    found = findings(spoilt(wide, other))
    assert found["labels-size"].severity == "warning" and says in found["labels-size"].message
    assert not {"labels-off-faces", "labels-offset", "labels-transposed"} & set(found)


def test_a_fault_of_some_pictures_that_lie_anywhere_is_named(wide, findings):
    """As where half of the pictures were flipped for augmentation and their labels were not."""
    flipped = spoilt(wide, FAULTS["mirrored"][1])
    mixed = [flipped[i] if i % 4 in (1, 2) else sample for i, sample in enumerate(wide)]
    found = findings(mixed)["labels-mirrored"]
    assert found.message.startswith("Of ") and "pictures whose boxes fit no face" in found.message
    assert found.evidence["pictures_compared"] <= len(wide) / 2


def drawn(sample, width, height):
    """With boxes so many times as wide and high, about their middles."""
    middle = (sample.boxes[:, :2] + sample.boxes[:, 2:]) / 2
    half = (sample.boxes[:, 2:] - sample.boxes[:, :2]) / 2 * (width, height)
    return with_boxes(sample, np.concatenate([middle - half, middle + half], axis=1))


@pytest.fixture(scope="module")
def portraits(toys):
    """One face each, near the middle of a picture that is higher than wide."""
    samples = []
    for number, sample in enumerate(s for s in toys if len(s.boxes)):
        face = Image.fromarray(sample.read()).crop(tuple(map(float, sample.boxes[0])))
        picture = Image.new("RGB", (200, 300), (120, 110, 100))
        x, y = 50 + number % 5 * 5, 95 + number % 7 * 5
        picture.paste(face.resize((80, 96)), (x, y))
        box = np.float32([[x, y, x + 80, y + 96]])
        samples.append(Sample(sample.name, np.asarray(picture), box, no_landmarks(1)))
    return samples


@pytest.mark.parametrize(("width", "height"), [(0.7, 0.7), (1, 0.7), (0.75, 0.6), (1.6, 1.6), (1.8, 1.8)])
def test_tight_and_loose_boxes_of_faces_in_the_middle_are_no_fault(portraits, errors, width, height):
    assert errors([drawn(sample, width, height) for sample in portraits]) == []


@pytest.mark.parametrize("columns", [[2, 3, 0, 1], "middles"])
def test_boxes_without_an_area_say_nothing_of_their_size(portraits, findings, columns):
    def empty(boxes):
        return np.tile((boxes[:, :2] + boxes[:, 2:]) / 2, 2) if columns == "middles" else boxes[:, columns]

    assert "labels-size" not in findings([with_boxes(s, empty(s.boxes)) for s in portraits])
