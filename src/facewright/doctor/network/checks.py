"""The checks of a `Network`, in the order in which they are asked."""

from facewright.doctor.checking import Check
from facewright.doctor.network.answers import activated_twice, hides_nan, ignores_input, saturated
from facewright.doctor.network.deployed import differs_in_use
from facewright.doctor.network.learning import cannot_overfit
from facewright.doctor.network.sight import place_by_padding, position_blind, short_sighted, single_places
from facewright.doctor.network.sound import mixes_examples, negative, not_finite, without_gradient
from facewright.doctor.network.subject import Network

NETWORK_CHECKS: tuple[Check[Network], ...] = (
    not_finite,
    ignores_input,
    mixes_examples,
    position_blind,
    place_by_padding,
    short_sighted,
    single_places,
    activated_twice,
    saturated,
    hides_nan,
    without_gradient,
    negative,
    differs_in_use,
    cannot_overfit,
)
