"""Labels come back from columns as they went in, whatever they are."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.datasets.columns import Columns, Writer
from facewright.datasets.sample import Sample

numbers = st.floats(-1e6, 1e6, width=32) | st.just(float("nan"))


@st.composite
def samples(draw):
    faces, ignored = draw(st.integers(0, 3)), draw(st.integers(0, 2))

    def floats(*shape):
        return np.array([draw(numbers) for _ in range(int(np.prod(shape)))], np.float32).reshape(shape)

    # As file names are, which need not be UTF-8 either.
    name, group = (draw(st.binary(max_size=9)).decode(errors="surrogateescape") for _ in range(2))
    names = draw(st.lists(st.sampled_from(["Male", "Bald", "Young"]), unique=True))
    attributes = {
        n: np.array([draw(st.sampled_from([-1, 0, 1])) for _ in range(faces)], np.int8) for n in names
    }
    return Sample(name, b"", floats(faces, 4), floats(faces, 5, 2), attributes, floats(ignored, 4), group)


@settings(max_examples=60)
@given(st.lists(samples(), max_size=5))
def test_what_goes_in_comes_out(given_samples):
    writer = Writer()
    for i, sample in enumerate(given_samples):
        writer.add(sample, (i + 1, i + 2), (1.0, 1.0), 10**10 * i)
    columns = Columns({name: bytes(column) for name, column in writer.columns().items()}, writer.attributes)
    assert len(columns) == len(given_samples)
    for i, sample in enumerate(given_samples):
        label = columns.of(i)
        assert (label.start, label.height, label.width) == (10**10 * i, i + 1, i + 2)
        assert (label.name, label.group) == (sample.name, sample.group)
        for field in ("boxes", "landmarks", "ignore"):
            expected, found = getattr(sample, field), getattr(label, field)
            assert found.dtype == np.float32 and found.flags.writeable
            np.testing.assert_array_equal(found, expected)
        assert label.attributes.keys() == sample.attributes.keys()
        for name, values in sample.attributes.items():
            np.testing.assert_array_equal(label.attributes[name], values)


def test_no_sample_at_all():
    assert len(Columns({name: bytes(c) for name, c in Writer().columns().items()}, [])) == 0
