"""What a date in a question means: 2026 all of that year, 2026-05-01 all of that day."""

import re
from datetime import datetime, timedelta

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?)?)?", re.ASCII)


def period(text: str) -> tuple[str, str] | None:
    """First second of the time that `text` names, and the first one after it; None where it names none.

    >>> period("2026-02")
    ('2026-02-01 00:00:00', '2026-03-01 00:00:00')
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    given = [int(part) for part in match.groups() if part is not None]
    try:
        start = datetime(*(given + [1, 1, 1][len(given) :] if len(given) < 3 else given))  # type: ignore[arg-type]
        if len(given) == 1:
            end = start.replace(year=start.year + 1)
        elif len(given) == 2:
            end = (start + timedelta(31)).replace(day=1)
        else:
            end = start + {3: timedelta(1), 5: timedelta(minutes=1), 6: timedelta(seconds=1)}[len(given)]
    except (ValueError, OverflowError):  # a 31st of June, the year 0 or after 9999
        return None
    return start.isoformat(" "), end.isoformat(" ")
