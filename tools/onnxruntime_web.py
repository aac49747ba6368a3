"""Puts ONNX Runtime for browsers where `facewright serve` offers it from: `make browser`, or python tools/...

npm fetches the package named below from wherever it is set up to; nothing is installed or run. The package's
hash must be the one here, and only the two files that the page needs are taken from it.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "onnxruntime-web@1.30.0"
SHA512 = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
"""of the package as npm packs it, base64, as `npm view onnxruntime-web@1.30.0 dist.integrity` tells it"""
VENDOR = Path(__file__).parents[1] / "src" / "facewright" / "apps" / "serve" / "page" / "vendor"
FILES = {
    "package/dist/ort.wasm.bundle.min.mjs": "ort.wasm.bundle.min.mjs",
    "package/dist/ort-wasm-simd-threaded.wasm": "ort-wasm-simd-threaded.wasm",
}
LICENCE = (
    "ONNX Runtime Web is Copyright (c) Microsoft Corporation and under the MIT licence: onnxruntime.ai\n"
)
STAMP = "from.txt"


def main() -> None:
    stamp = f"{PACKAGE} sha512-{SHA512}\n{LICENCE}"
    if (VENDOR / STAMP).is_file() and (VENDOR / STAMP).read_text() == stamp:
        print(f"{PACKAGE} is there already")
        return
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed; it is needed to fetch onnxruntime-web")
    with tempfile.TemporaryDirectory() as folder:
        fetched = subprocess.run(
            [npm, "pack", "--silent", PACKAGE], cwd=folder, capture_output=True, text=True, check=False
        )
        packages = list(Path(folder).glob("*.tgz"))
        if fetched.returncode or len(packages) != 1:
            sys.exit(f"npm could not fetch {PACKAGE}: {fetched.stderr.strip() or fetched.returncode}")
        found = base64.b64encode(hashlib.sha512(packages[0].read_bytes()).digest()).decode()
        if found != SHA512:
            sys.exit(f"{PACKAGE} is not what it should be: its sha512 is {found}")
        VENDOR.mkdir(exist_ok=True)
        (VENDOR / STAMP).unlink(missing_ok=True)
        with tarfile.open(packages[0]) as archive:
            for member, name in FILES.items():
                source = archive.extractfile(member)
                assert source is not None, member
                (VENDOR / name).write_bytes(source.read())
    (VENDOR / STAMP).write_text(stamp)  # last: what was broken off is done again
    print(f"{PACKAGE}: {', '.join(FILES.values())}")


if __name__ == "__main__":
    main()
