"""`facewright serve`: the web page and the REST interface, on this machine unless told otherwise."""

from typing import Annotated

from facewright.cli.options import AttributesModel, Model, told
from facewright.cli.say import complain
from facewright.core.errors import UsageError


def serve(
    *,
    host: Annotated[
        str, told("Address to listen on; 0.0.0.0 lets the whole network in, without a password.")
    ] = "127.0.0.1",
    port: Annotated[int, told("Port to listen on; 0 for any that is free.")] = 8000,
    allow_host: Annotated[
        tuple[str, ...],
        told("Another name that browsers may know this server by, as behind a proxy; give it once a name."),
    ] = (),
    model: Model = "detector-small",
    attributes_model: AttributesModel = "attributes-small",
    workers: Annotated[
        int | None, told("Pictures worked on at once; as many as there are cores when not given.")
    ] = None,
    queue: Annotated[int, told("Requests that may wait beside them; further ones get status 429.")] = 16,
    max_bytes: Annotated[int, told("Refuse larger requests.")] = 33_554_432,
    max_pixels: Annotated[int, told("Refuse pictures with more pixels.")] = 50_000_000,
    timeout: Annotated[float, told("Seconds that a request may take.")] = 30.0,
) -> int:
    """Run a web page and a REST interface that find, describe, blur and crop faces."""
    from facewright.apps.serve.run import run
    from facewright.apps.serve.settings import Settings, is_loopback, names_of
    from facewright.inference.session import available_cores

    if not host:
        raise UsageError("--host is empty; give an address, 0.0.0.0 for the whole network")
    settings = Settings(
        model=model,
        attributes=attributes_model,
        workers=available_cores() if workers is None else workers,
        queue=queue,
        max_bytes=max_bytes,
        max_pixels=max_pixels,
        timeout=timeout,
        hosts=names_of(host, allow_host),
    )

    def ready(address: str) -> None:
        open_to = "" if is_loopback(host) else "; whoever reaches this machine may use it"
        complain(f"serving on {address}{open_to}; Ctrl-C ends it")

    run(settings, host, port, ready)
    return 0
