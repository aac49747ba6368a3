"""How `facewright serve` holds under load, on loopback: figures for docs/guide/web.md.

Starts the service, sends it a photo over and over from more and more clients at once for a few seconds each,
and says what became of every request; then ends it by SIGTERM under load. Stops by itself.

    python benchmarks/serve_load.py [PHOTO] [--seconds 6] [--workers 2]
"""

import argparse
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

import httpx

CLIENTS = (1, 2, 8, 32)
HEAD = " clients  answered    429  lost  a second   median     95 %   memory"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photo", nargs="?", type=Path, default=sample())
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--queue", type=int, default=16)
    options = parser.parse_args()
    data = options.photo.read_bytes()
    print(
        f"{options.photo.name}, {len(data) / 1024:.0f} KiB; {options.workers} workers, queue {options.queue}"
    )
    process, url = started("--workers", str(options.workers), "--queue", str(options.queue))
    try:
        for path in ("detect", "blur"):
            print(f"POST /v1/{path}\n{HEAD}")
            for clients in CLIENTS:
                print(
                    row(
                        clients,
                        load(f"{url}/v1/{path}", data, clients, options.seconds),
                        options.seconds,
                        url,
                    )
                )
        ending(process, f"{url}/v1/detect", data)
    finally:
        process.kill()
        process.wait()


def sample() -> Path:
    """A free photo that an installed library carries."""
    import matplotlib

    return Path(matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg")


def started(*options: str) -> tuple[subprocess.Popen[str], str]:
    """The service, and its address."""
    call = "from facewright.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", call, "serve", "--port", "0", *options], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    found = re.search(r"http://[^ ;]+", process.stderr.readline())
    if found is None:
        sys.exit("the service did not start")
    threading.Thread(target=process.stderr.read, daemon=True).start()
    return process, found[0]


def load(url: str, data: bytes, clients: int, seconds: float) -> list[tuple[int | str, float]]:
    """(status, seconds) of each request, or the error's name for one that got no answer."""
    answers: list[tuple[int | str, float]] = []
    together = threading.Barrier(clients)

    def client() -> None:
        with httpx.Client(timeout=60, trust_env=False, verify=False) as session:
            together.wait()
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                begun = time.perf_counter()
                try:
                    status: int | str = session.post(url, content=data).status_code
                except httpx.TransportError as error:
                    status = type(error).__name__
                answers.append((status, time.perf_counter() - begun))
                if status == 429:
                    time.sleep(0.05)  # a second, by Retry-After; here the house is to be kept full

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def row(clients: int, answers: Sequence[tuple[int | str, float]], seconds: float, url: str) -> str:
    counts = Counter(status for status, _ in answers)
    times = [taken * 1000 for status, taken in answers if status == 200]
    median, high = (quantiles(times, n=20)[i] for i in (9, 18)) if len(times) > 1 else (0.0, 0.0)
    lost = sum(count for status, count in counts.items() if status not in (200, 429))
    metrics = httpx.get(f"{url}/metrics", trust_env=False).text
    memory = re.search(r"^process_resident_memory_bytes (\S+)", metrics, re.MULTILINE)
    assert memory is not None
    return (
        f"{clients:>8} {counts[200]:>9} {counts[429]:>6} {lost:>5} {counts[200] / seconds:>9.1f} "
        f"{median:>5.0f} ms {high:>5.0f} ms {float(memory[1]) / 2**20:>4.0f} MiB"
    )


def ending(process: subprocess.Popen[str], url: str, data: bytes) -> None:
    """SIGTERM while eight clients send: what was taken in has to be answered."""
    answers: list[tuple[int | str, float]] = []
    loading = threading.Thread(target=lambda: answers.extend(load(url, data, 8, 2)))
    loading.start()
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    begun = time.perf_counter()
    status = process.wait(60)
    taken = time.perf_counter() - begun
    loading.join()
    counts = Counter(status for status, _ in answers)
    cut = counts["ReadError"] + counts["RemoteProtocolError"] + counts["ReadTimeout"]
    print(
        f"SIGTERM under load: ended after {taken:.2f} s with status {status}; "
        f"{counts[200]} answered, {cut} cut off, the others found the door closed"
    )


if __name__ == "__main__":
    main()
