"""Every example of README and docs runs, page by page, on a copy of the planned sample project."""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import sys
import tomllib
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.docs.pages import PAGES, Block, blocks_of, tables_of
from workbench.cli import main
from workbench.data.results.tables import read_table
from workbench.runs import runs

SAMPLE = "sample-project"
RUNNABLE = [page for page in PAGES if any(block.language != "text" for block in blocks_of(page))]
DESCRIBING = [page for page in PAGES if tables_of(page)]
ANY_COLUMN = "one column per "

# PyPSA 1.4 sets an index in place while it reads a network; nothing of ours can avoid it.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.set_index"),
]


@pytest.fixture(scope="module")
def run_page(planned: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Run the examples of a page once, in a folder of its own with the sample project; give the folder."""
    done: dict[str, Path] = {}

    def run(page: str) -> Path:
        if page not in done:
            folder = tmp_path_factory.mktemp("page")
            shutil.copytree(planned, folder / SAMPLE)
            with contextlib.chdir(folder), page_module(page) as module:
                for block in blocks_of(page):
                    if block.reason is None:
                        run_block(block, module)
            done[page] = folder
        return done[page]

    return run


@contextlib.contextmanager
def page_module(page: str) -> Iterator[types.ModuleType]:
    """Make the module in which the Python of one page runs."""
    module = types.ModuleType("page_" + re.sub(r"\W", "_", page))
    sys.modules[module.__name__] = module
    try:
        yield module
    finally:
        del sys.modules[module.__name__]


def run_block(block: Block, module: types.ModuleType) -> None:
    match block.language:
        case "python":
            # The lines above keep the numbers in a traceback those of the page.
            code = "\n" * (block.line - 1) + block.code
            exec(compile(code, str(PROJECT / block.page), "exec"), module.__dict__)
        case "sh":
            for line in block.code.splitlines():
                run_command(shlex.split(line, comments=True))
        case "toml":
            tomllib.loads(block.code)


def run_command(words: list[str]) -> None:
    match words:
        case []:
            pass
        case ["workbench", *arguments]:
            ids = [record.id for record in runs(SAMPLE, limit=1)]
            with contextlib.suppress(SystemExit):  # of --help
                assert main([ids[0] if word == "RUN" else word for word in arguments]) == 0
        case ["make", target]:
            makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"there is no target {target!r}"
        case ["pip", "install", requirement]:
            settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
            extra = re.fullmatch(r"energy-workbench\[(\w+)\]", requirement)
            assert extra, requirement
            assert extra[1] in settings["project"]["optional-dependencies"]
        case _:
            pytest.fail(
                f"{shlex.join(words)!r} is not run; say why above its block: <!-- not run: reason -->"
            )


@pytest.mark.parametrize(
    "page",
    # The recipe for a domain installs one; tests/test_seventh_domain.py tries the same without its page.
    [
        pytest.param(page, marks=pytest.mark.thorough) if page == "CONTRIBUTING.md" else page
        for page in RUNNABLE
    ],
)
def test_every_example_of_a_page_runs(page, run_page):
    run_page(page)


@pytest.mark.parametrize("page", DESCRIBING)
def test_the_tables_that_a_page_describes_are_those_on_disk(page, run_page):
    domain = Path(page).stem.replace("-", "_")
    results = run_page(page) / SAMPLE / "results" / domain
    scenario = next(path.parent for path in sorted(results.glob("*/result.json")))
    for name, columns in tables_of(page).items():
        saved = read_table(scenario / f"{name}.parquet")
        given = {column: unit for column, unit in columns.items() if not column.startswith(ANY_COLUMN)}
        actual = [str(column) for column in saved.frame.columns]
        if len(given) == len(columns):
            assert sorted(given) == sorted(actual), f"{page}: {name}"
        assert set(given) <= set(actual), f"{page}: {name}"
        units = {column: unit for column, unit in saved.units.items() if column in given}
        assert units == {column: unit for column, unit in given.items() if unit}, f"{page}: {name}"
