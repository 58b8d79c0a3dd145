from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from tests.conftest import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").rglob("*.ipynb"))


@pytest.fixture(scope="module")
def settings() -> dict:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_conda_environment_holds_the_same_packages_and_bounds_as_the_project(settings):
    environment = yaml.safe_load((PROJECT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge"]
    names = [item for item in environment["dependencies"] if isinstance(item, str)]
    assert names[0] == f"python{settings['project']['requires-python']}"
    assert names[1:-1] == settings["project"]["dependencies"]
    assert names[-1] == "pip"
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}


def test_every_dependency_has_a_lower_bound_and_no_cap(settings):
    extras = settings["project"]["optional-dependencies"].values()
    for requirement in [*settings["project"]["dependencies"], *(item for extra in extras for item in extra)]:
        assert re.fullmatch(r"[a-z0-9_-]+>=[0-9.]+", requirement), requirement


def test_importing_the_workbench_loads_no_heavy_library():
    heavy = [
        "pandas",
        "plotly",
        "pypsa",
        "sklearn",
        "ipywidgets",
        "anywidget",
        "statsmodels",
        "scipy",
        "numpy",
    ]
    code = f"import sys, workbench; print([name for name in {heavy!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_every_public_name_of_the_package_can_be_imported():
    import workbench

    assert workbench.__all__ == sorted(workbench.__all__)
    for name in workbench.__all__:
        assert getattr(workbench, name) is not None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_notebooks_have_no_outputs_say_what_they_are_for_and_hold_no_logic(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert cells[0]["cell_type"] == "markdown"
    assert "".join(cells[0]["source"]).startswith("# ")
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    for cell in code:
        source = "".join(cell["source"])
        assert len(source.splitlines()) <= 12
        assert not re.search(r"^\s*(def|class|for|while) ", source, re.MULTILINE)
