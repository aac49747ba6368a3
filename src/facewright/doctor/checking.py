"""`@check` makes a check of a function that looks at one subject and yields what it saw.

    @check("labels-outside", "error", Data, about="...", cure="...")
    def outside(data: Data) -> Iterator[Evidence]: ...

The function stays callable as it is. A check sees the subject's behaviour only: what comes out for what is
put in. It yields nothing where all is well, and is silent too where it cannot know.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from facewright.doctor.finding import Evidence, Finding, Severity
from facewright.doctor.seeded import seeded
from facewright.doctor.subject import Subject

S = TypeVar("S", bound=Subject)


@dataclass(frozen=True, eq=False)
class Check(Generic[S]):
    """One question, asked of every subject of its kind that tells what `needs` names."""

    id: str
    severity: Severity
    about: str
    """what goes wrong and what it costs, for `facewright doctor --list`"""
    cure: str
    kind: type[S]
    look: Callable[[S], Iterable[Evidence]]
    needs: tuple[str, ...] = ()
    """fields of the subject that must not be None"""
    cheap: bool = True
    """takes seconds at most, so that `facewright train` asks it too"""

    def __call__(self, subject: S) -> list[Finding]:
        """Findings, in the order seen; the same each time, where the subject draws random numbers too."""
        with seeded():
            return [
                Finding(
                    self.id, self.severity, subject.name, seen.message, self.cure, seen.numbers, seen.picture
                )
                for seen in self.look(subject)
            ]

    def lacks(self, subject: S) -> list[str]:
        """Of `needs`, what the subject does not tell: the check cannot be asked then."""
        return [name for name in self.needs if getattr(subject, name) is None]


def check(
    id: str,
    severity: Severity,
    kind: type[S],
    *,
    about: str,
    cure: str,
    needs: tuple[str, ...] = (),
    cheap: bool = True,
) -> Callable[[Callable[[S], Iterable[Evidence]]], Check[S]]:
    """A decorator: the function below it becomes a `Check` of subjects of `kind`."""

    def decorate(look: Callable[[S], Iterable[Evidence]]) -> Check[S]:
        return Check(id, severity, about, cure, kind, look, needs, cheap)

    return decorate
