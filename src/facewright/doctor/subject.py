"""`Subject`: anything that can be examined. Each kind is a dataclass of what its checks ask it for.

A kind's fields are plain values and callables, so that a project outside facewright fills them in with its
own data set, encoder or `torch.nn.Module`; what it leaves None is not asked, and `examine` says so.
"""

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Subject:
    name: str
    """as the report calls it"""
