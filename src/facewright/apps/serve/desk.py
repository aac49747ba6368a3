"""From a request to what is answered: a place, the body, what was asked, a thread; all within the time."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from facewright.apps.serve.body import Body
from facewright.apps.serve.problems import CLOSE, Refused, sentence
from facewright.apps.serve.settings import Settings
from facewright.apps.serve.workshop import Full, Place, Workshop

Asked = TypeVar("Asked", bound=BaseModel)
Result = TypeVar("Result")


class Desk:
    """Where requests with a picture come in."""

    def __init__(self, settings: Settings, workshop: Workshop) -> None:
        self.settings, self.workshop = settings, workshop

    async def serve(self, request: Request, asked: Asked, work: Callable[[bytes, Asked], Result]) -> Result:
        """What `work` makes of the picture in the request's body and of what was asked, in a thread.

        asked: by the address; fields of a form add to it. Raises Refused.
        """
        body = Body(request, self.settings.max_bytes)
        try:
            async with self.workshop.place() as place:
                return await self._inside(body, asked, work, place)
        except Refused as refused:
            if refused.status == 413:
                await body.pass_by()
            raise
        except Full as error:
            await body.pass_by()
            headers = {"retry-after": str(self.workshop.retry_after()), **CLOSE}
            places = self.workshop.places
            raise Refused(429, f"all {places} places are taken; come again in a moment", headers) from error

    async def _inside(
        self, body: Body, asked: Asked, work: Callable[[bytes, Asked], Result], place: Place
    ) -> Result:
        received = False
        try:
            async with asyncio.timeout(self.settings.timeout):
                upload = await body.receive()
                received = True
                return await place.run(partial(work, upload.picture, _merged(asked, upload.fields)))
        except TimeoutError as error:
            limit = f"{self.settings.timeout:g} seconds"
            if not received:
                raise Refused(408, f"the body was not complete after {limit}", CLOSE) from error
            headers = {"retry-after": str(self.workshop.retry_after())}
            raise Refused(503, f"the work was not done after {limit}; come again later", headers) from error


def _merged(asked: Asked, fields: Mapping[str, str]) -> Asked:
    """What the address asked together with what the form asked. Raises Refused."""
    if not fields:
        return asked
    for name in fields:
        if name in asked.model_fields_set:
            raise Refused(422, f"{name}: is in the address and in the form; give it once")
    try:
        return type(asked).model_validate(asked.model_dump(exclude_unset=True) | dict(fields))
    except ValidationError as error:
        raise Refused(422, sentence(error)) from error
