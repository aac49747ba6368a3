"""The checks of codings and flips, in the order in which they are asked."""

from facewright.doctor.targets import mirror, negatives, roundtrip, teaching

TARGET_CHECKS = (*roundtrip.CHECKS, *teaching.CHECKS, *negatives.CHECKS, *mirror.CHECKS)
