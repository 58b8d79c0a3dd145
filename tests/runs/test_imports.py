from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import workbench.runs

HEAVY = [
    "pandas",
    "numpy",
    "ipywidgets",
    "plotly",
    "pypsa",
    "sklearn",
    "anywidget",
    "tqdm",
    "pyarrow",
    "IPython",
]
# What the engine shares with everything: no module of these imports a floor.
LEAVES = (
    "workbench.runs",
    "workbench.structured",
    "workbench.files",
    "workbench.errors",
    "workbench.deprecation",
    "workbench.lazy",
    "workbench.shell",
    "workbench.version",
)
MODULES = sorted(Path(workbench.runs.__file__).parent.rglob("*.py"))


def test_importing_the_engine_brings_in_nothing_heavy(scripts: Any) -> None:
    loaded = scripts.run(
        """
        import sys
        before = set(sys.modules)
        import workbench.runs
        print(*sorted(set(sys.modules) - before))
        """
    ).split()
    assert not set(HEAVY) & {name.partition(".")[0] for name in loaded}
    # 197 with Python 3.11, the standard library's included.
    assert len(loaded) < 300


def test_the_engine_imports_nothing_from_the_floors_above() -> None:
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{module.name} has a relative import"
                names = [node.module or ""]
            for name in names:
                if name.startswith("workbench"):
                    assert name.startswith(LEAVES), f"{module.name} imports {name}"


def test_no_module_of_the_engine_is_longer_than_four_hundred_lines() -> None:
    lengths = {module.name: len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert {name: length for name, length in lengths.items() if length >= 400} == {}
