"""axe-core in a page: what it finds that keeps people from using it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "axe-core@~4.11"
GRAVE = ("serious", "critical")
_RUN = """async ([place, impacts]) => {
  const found = await axe.run(place ?? document, { resultTypes: ["violations"] });
  const grave = found.violations.filter((one) => impacts.includes(one.impact));
  return grave.flatMap((one) => one.nodes.map((node) =>
    [one.id, node.target.join(" "), node.html.slice(0, 120), node.failureSummary].join(": ")));
}"""


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the script of axe-core, from npm; it is a tool of this test only, and no part of the package."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: nothing was looked at with axe-core")
    folder: Path = tmp_path_factory.mktemp("axe")
    command = [
        npm,
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefix",
        str(folder),
        PACKAGE,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        pytest.skip(f"axe-core cannot be installed, so nothing was looked at with it: {done.stderr[-200:]}")
    return script.read_text(encoding="utf-8")


def grave_faults(page: Any, axe: str, place: str | None = None) -> list[str]:
    """Give what is serious or critical on a page, or in one part of it."""
    if not page.evaluate("typeof window.axe === 'object'"):
        # As the page's own scripts would be, whatever its policy says.
        page.evaluate(f"{axe}; 0")
    found: list[str] = page.evaluate(_RUN, [place, list(GRAVE)])
    return found
