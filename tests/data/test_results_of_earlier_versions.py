"""Results that version 0.1.0 saved are opened, and saved again into the same files.

The archive holds one result of each domain, made by that version from the sample inputs, with the first rows of
each table.
"""

from __future__ import annotations

import importlib
import inspect
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from workbench.data.projects.project import Project

if TYPE_CHECKING:
    from workbench.data.results.store import ResultStore

ARCHIVE = Path(__file__).with_name("results_of_0.1.0.zip")
DOMAINS = {
    "workbench.demand.results.saved": "BAU",
    "workbench.load_profiles.results.saved": "BAU",
    "workbench.capacity.results.saved": "base",
    "workbench.evapotranspiration.results.saved": "ETo",
    "workbench.evapotranspiration.results.validation_saved": "Validation",
    "workbench.finance.results.saved": "March",
}


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("earlier")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(folder)
    return Project.open(folder / "saved")


def store_of(module: str) -> ResultStore[Any]:
    store: ResultStore[Any] = importlib.import_module(module).STORE
    return store


@pytest.mark.parametrize(("module", "scenario"), DOMAINS.items())
def test_a_result_of_an_earlier_version_is_opened(earlier: Project, module: str, scenario: str) -> None:
    store = store_of(module)
    assert store.finished(earlier) == (scenario,)
    result = store.load(earlier, scenario)
    assert tuple(result.tables) == store.tables
    assert isinstance(result.config, store.config)
    assert result.trace().run == "20250101-000000-aaaaaa"
    assert scenario in repr(result)


@pytest.mark.parametrize(("module", "scenario"), DOMAINS.items())
def test_it_is_saved_again_into_the_same_files(
    earlier: Project, tmp_path: Path, module: str, scenario: str
) -> None:
    store, project = store_of(module), Project.create(tmp_path / "again", "Again")
    before = store.load(earlier, scenario)
    assert before.folder is not None
    store.save(before, project, "another run")
    after = store.load(project, scenario)
    assert after.folder is not None
    assert names(after.folder) == names(before.folder) | {f"{name}.parquet" for name in store.added}
    assert (after.config, after.problems, after.facts) == (before.config, before.problems, before.facts)
    for name, frame in before.tables.items():
        pd.testing.assert_frame_equal(after.tables[name], frame)


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("module", DOMAINS)
def test_every_figure_of_a_domain_is_a_function_of_its_result(module: str) -> None:
    for place in store_of(module).figures.values():
        where, _, function = place.partition(":")
        drawn = getattr(importlib.import_module(where), function)
        assert next(iter(inspect.signature(drawn).parameters)) in ("result", "validation"), place
