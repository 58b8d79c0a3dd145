"""What is not needed yet is not loaded yet."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    *("numpy", "pandas", "scipy", "sklearn", "statsmodels", "pypsa", "xarray", "polars", "pyarrow", "plotly"),
    *("ipywidgets", "anywidget", "IPython", "jupyter_client", "tornado", "httpx", "rich", "tqdm", "psutil"),
    *("cloudpickle", "sqlite3", "multiprocessing", "asyncio", "importlib.metadata", "pathlib", "typing"),
}
COMMAND = "import sys; from workbench.cli import main; sys.exit(main({words}))"


def loaded_by(code: str) -> set[str]:
    report = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"
    made = subprocess.run(
        [sys.executable, "-c", f"{report}\n{code}"], capture_output=True, text=True, check=True
    )
    return set(made.stderr.split())


def test_importing_the_package_loads_nothing_but_its_own_names() -> None:
    loaded = loaded_by("import workbench")
    assert not HEAVY & loaded
    assert {name for name in loaded if name.startswith("workbench")} == {
        *("workbench", "workbench.runs", "workbench.runs.model", "workbench.runs.model.hooks"),
    }


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["serve", "--help"]])
def test_the_help_loads_no_command(words: list[str]) -> None:
    loaded = loaded_by(COMMAND.format(words=words))
    assert not HEAVY & loaded
    assert not {name for name in loaded if name.startswith(("workbench.planning", "workbench.data"))}


def test_listing_the_jobs_loads_no_domain() -> None:
    loaded = loaded_by(COMMAND.format(words=["jobs"]))
    assert not {"numpy", "pandas", "pypsa", "polars", "plotly", "rich", "httpx", "ipywidgets"} & loaded
    assert "workbench.demand.offer" in loaded
    assert "workbench.demand.config" not in loaded
