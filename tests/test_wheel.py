"""The package as it is installed elsewhere: built as a wheel, and used where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from workbench.cli.notebooks import COPIED

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(PROJECT))
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the commands' folder of an environment with the wheel and the libraries of this one, no checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    commands = folder / "bin"
    pip("--python", str(commands / "python"), "install", "--no-deps", "--no-index", str(wheel))
    # Folders that a .pth file names are not searched for further .pth files, such as the editable install's.
    (packages,) = folder.glob("lib/python*/site-packages")
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "libraries.pth").write_text("\n".join(libraries), encoding="utf-8")
    return commands


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, cwd=PROJECT)


def run(*command: str | Path, folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    answer = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def files_of(folder: Path, under: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(under).as_posix() for path in found if ".ipynb_checkpoints" not in path.parts}


def test_the_wheel_holds_every_file_of_the_package_and_the_notebooks(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = files_of(PROJECT / "workbench", PROJECT)
    assert "workbench/py.typed" in package
    assert {name for name in names if name.startswith("workbench/")} == package
    shared = {name.partition("/share/workbench/")[2] for name in names if "/share/workbench/" in name}
    assert shared == files_of(PROJECT / "notebooks", PROJECT)


def test_the_installed_package_is_the_wheel_and_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import workbench; print(workbench.__file__)", folder=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_the_installed_command_makes_a_project_and_brings_the_notebooks(
    installed: Path, tmp_path: Path
) -> None:
    assert "demo" in run(installed / "workbench", "--help", folder=tmp_path)
    run(installed / "workbench", "new", "project", folder=tmp_path)
    assert (tmp_path / "project" / "project.toml").is_file()
    code = "from workbench.cli.notebooks import notebooks_folder; print(notebooks_folder())"
    copied = Path(run(installed / "python", "-c", code, folder=tmp_path).strip())
    assert copied == tmp_path / "notebooks"
    # Beside them, what they were when they were copied.
    record = {f"notebooks/{COPIED}"}
    assert files_of(copied, tmp_path) - record == files_of(PROJECT / "notebooks", PROJECT)
