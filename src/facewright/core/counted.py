"""A number of things, in words."""


def counted(number: int, noun: str) -> str:
    """`3 faces`, `1 face`.

    >>> counted(1, "picture"), counted(0, "picture")
    ('1 picture', '0 pictures')
    """
    return f"{number} {noun}{'s' * (number != 1)}"
