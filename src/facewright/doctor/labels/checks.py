"""The checks of labels against pictures, in the order in which they are asked."""

from facewright.doctor.checking import Check
from facewright.doctor.data import Data
from facewright.doctor.labels.attributes import ATTRIBUTES
from facewright.doctor.labels.colour import COLOUR
from facewright.doctor.labels.doubled import DOUBLED
from facewright.doctor.labels.files import FILES
from facewright.doctor.labels.fit import FIT
from facewright.doctor.labels.landmarks import LANDMARKS
from facewright.doctor.labels.placement import PLACEMENT
from facewright.doctor.labels.points import POINTS
from facewright.doctor.labels.seen import SEEN

LABEL_CHECKS: tuple[Check[Data], ...] = (
    *FILES, *FIT, *DOUBLED, *PLACEMENT, *LANDMARKS, *POINTS, *SEEN, *COLOUR,
    *ATTRIBUTES,
)  # fmt: skip
