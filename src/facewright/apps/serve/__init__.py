"""`facewright serve`: faces over HTTP, and the page that people use it with.

request -> guard (Host, origin) -> a place inside, or 429 -> body in memory, or 413 -> a thread -> answer
"""

from facewright.core.extras import optional

with optional():
    import fastapi  # noqa: F401  (first, so that whatever is imported of this package says what it needs)
