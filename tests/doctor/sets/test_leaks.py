import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from facewright.datasets.sets import open_set, read_sets
from facewright.doctor.data import Data
from facewright.doctor.examination import examine
from facewright.doctor.sets.leaks import leak_few, leak_group, leak_picture, negatives_shared
from facewright.doctor.sets.subject import Splits


def divided(data, **parts):
    return Splits("mine", {name: [data(name, samples)] for name, samples in parts.items()})


def of_people(samples, people):
    return [replace(sample, group=f"person {i % people}") for i, sample in enumerate(samples)]


def test_s1_people_are_shared_by_training_and_test(toys, data, ids, errors):
    people = of_people(toys, 40)
    order = np.random.default_rng(0).permutation(len(people))
    by_picture = divided(data, train=[people[i] for i in order[:216]], test=[people[i] for i in order[216:]])
    assert "leak-group" in ids(by_picture)
    by_person = divided(
        data,
        train=[sample for i, sample in enumerate(people) if i % 40 < 36],
        test=[sample for i, sample in enumerate(people) if i % 40 >= 36],
    )
    assert errors(by_person) == []


def test_a_shared_person_is_counted_and_named(toys, data):
    people = of_people(toys[:30], 10)
    (finding,) = leak_group(divided(data, train=people[:21], val=people[21:]))
    assert finding.message == "9 people or clips lie in both train and val, with 9 of the 9 pictures of val."
    assert finding.evidence["examples"][0] == "person 1"


def test_the_same_file_names_in_two_folders_are_no_leak(toys, data, errors):
    def numbered(samples):
        return [replace(s, name=f"images/{i}.jpg", group=f"{i}") for i, s in enumerate(samples)]

    assert errors(divided(data, train=numbered(toys[:40]), val=numbered(toys[40:80]))) == []


def test_s4_negatives_of_one_pool_drawn_with_replacement(scene, toys, data, ids, errors):
    pool, rng = [scene(seed) for seed in range(60)], np.random.default_rng(0)
    faces = [toy for toy in toys if len(toy.boxes)]

    def drawn(indices):
        return [replace(pool[i], name=f"negative-{n}") for n, i in enumerate(indices)]

    one_pool = divided(
        data,
        train=faces[:100] + drawn(rng.integers(0, 60, 50)),
        test=faces[100:160] + drawn(rng.integers(0, 60, 40)),
    )
    assert "negatives-shared" in ids(one_pool)
    (finding,) = negatives_shared(one_pool)
    assert finding.evidence["pictures"] > 10
    assert finding.picture is not None
    apart = divided(data, train=faces[:100] + pool[:40], test=faces[100:160] + pool[40:])
    assert errors(apart) == []


def compressed(sample):
    file = io.BytesIO()
    Image.fromarray(sample.read()).resize((150, 140)).save(file, "JPEG", quality=60)
    boxes = sample.boxes * np.float32([150 / 128, 140 / 128] * 2)
    return replace(sample, name=f"copy of {sample.name}", picture=file.getvalue(), boxes=boxes)


def mirrored(sample):
    boxes = sample.boxes[:, [2, 1, 0, 3]] * np.float32([-1, 1, -1, 1]) + np.float32([128, 0, 128, 0])
    return replace(sample, picture=sample.read()[:, ::-1], boxes=boxes, landmarks=sample.landmarks * np.nan)


@pytest.mark.parametrize("copy", [compressed, mirrored])
def test_copies_of_pictures_in_two_parts_are_found(copy, toys, data, ids):
    copies = [copy(toy) for toy in toys[:60:4] if len(toy.boxes)]
    assert len(copies) > 8
    assert "leak-picture" in ids(divided(data, train=toys[:60], test=[*toys[60:120], *copies]))


def test_one_copy_among_many_is_a_warning(toys, data):
    splits = divided(data, train=toys[:100], test=[*toys[100:], compressed(toys[3])])
    (finding,) = leak_few(splits)
    assert finding.severity == "warning"
    assert finding.evidence["examples"][0]["first"] == toys[3].name
    assert leak_picture(splits) == []


def test_empty_pictures_are_no_copies(data, scene):
    black = [replace(scene(i), picture=np.full((64, 64, 3), i, np.uint8)) for i in range(20)]
    splits = divided(data, train=black[:10], test=black[10:])
    assert leak_picture(splits) == negatives_shared(splits) == leak_few(splits) == []


def test_the_named_sets_share_neither_people_nor_many_pictures(real_data):
    for name in ("masks-grey", "webcams-grey", "helen", "negatives-grey"):
        there = ["train", "val", *(["test"] if read_sets()[name].test_share else [])]
        parts = {part: [Data(f"{name}/{part}", open_set(f"{name}/{part}"), 40)] for part in there}
        found = examine([Splits(name, parts)], checks=[leak_group, leak_picture, negatives_shared]).findings
        assert found == [], name
