import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from facewright.core.extras import EXTRAS, missing_extra, optional

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_every_extra_is_one_of_the_project():
    assert EXTRAS.keys() <= tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"].keys()


def test_of_other_modules_and_other_errors_nothing_is_said():
    assert missing_extra(ModuleNotFoundError("no", name="facewright.gone")) is None
    assert missing_extra(ImportError("broken", name="torch")) is None
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_module'"), optional():
        import no_such_module  # noqa: F401


@pytest.mark.parametrize(
    ("module", "extra", "code"),
    [
        ("av", "video", "import facewright.apps.clip"),
        ("av", "video", "import facewright.apps.video"),
        ("av", "video", "import facewright.apps.live"),
        ("av", "video", "import facewright.apps.remux"),
        ("torch", "train", "from facewright.doctor import examine"),
        ("fastapi", "serve", "from facewright.apps.serve.app import create_app"),
        ("pyarrow", "parquet", "import facewright.apps.index.parquet"),
        ("ray", "ray", "from facewright.apps.index.engines import look_with_ray as f; next(f(None, [], 1))"),
        ("supervision", "supervision", "from facewright import Faces; Faces.empty().to_supervision()"),
    ],
)
def test_without_a_library_it_is_said_which_extra_brings_it(module, extra, code):
    code = f"import sys; sys.modules[{module!r}] = None; {code}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"ModuleNotFoundError: {module}") and f"pip install '.[{extra}]'" in last
