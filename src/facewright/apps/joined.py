"""Recordings joined by appending one file to another: the next one's times begin anew, and are made to go on.

stored   0 1 2 3 4 0 1 2 3        told   0 1 2 3 4 5 6 7 8
"""

from dataclasses import dataclass, field
from fractions import Fraction

from facewright.core.extras import optional

with optional():
    import av

BACK = Fraction(1, 10)
"""seconds by which a stream's times may go back without beginning anew"""
NEAR = 1
"""seconds after its due time at which a packet still goes on from the one before"""


@dataclass
class Joined:
    """Sets the times of packets, given one after the other in the order of the file."""

    _shift: Fraction = Fraction(0)
    """of the stream that began anew last: the others follow it, so that sound and picture stay together"""
    _shifts: dict[int, tuple[Fraction, ...]] = field(default_factory=dict)
    """of each stream, and the one before: a packet of the joint may come late, or be damaged"""
    _last: dict[int, tuple[Fraction, Fraction]] = field(default_factory=dict)
    """when each stream's last packet begins and ends"""

    def go_on(self, packet: av.Packet) -> None:
        """Shift it by as much as its stream's times went back before."""
        base, stream = packet.time_base, packet.stream.index
        if packet.dts is None or base is None:
            return
        time = packet.dts * base
        shifts = self._shifts.setdefault(stream, (self._shift,))
        last, due = self._last.get(stream, (time + shifts[0],) * 2)
        if not last - BACK <= time + shifts[0] <= due + NEAR:
            fitting = [shift for shift in (self._shift, *shifts) if last < time + shift <= due + NEAR]
            if fitting or time + shifts[0] < last:
                self._shift = (*fitting, due - time)[0]
                self._shifts[stream] = shifts = self._shift, shifts[0]
        ticks = round(shifts[0] / base)
        packet.dts += ticks
        packet.pts = None if packet.pts is None else packet.pts + ticks
        begin = packet.dts * base
        self._last[stream] = begin, begin + (packet.duration or 0) * base
