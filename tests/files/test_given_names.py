from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from workbench.data.atomic import replacing
from workbench.files import as_name, with_known_paths
from workbench.runs import Job, job, setting, start


@dataclass(frozen=True, slots=True)
class Config:
    """Of a job that needs nothing."""

    scenario: str = setting("base", help="")


def test_an_error_of_a_library_tells_the_path_that_people_know(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    path.write_bytes(b"no table")
    with pytest.raises(FileNotFoundError) as missing, as_name(path) as name:
        # A name that this one begins like: only the whole one is meant.
        pa.memory_map(f"{name}999")
    assert "999" in str(missing.value)
    with pytest.raises(ValueError, match="table") as caught, as_name(path) as name:
        raise ValueError(f"{name} is not a table; see {name}.")
    assert str(caught.value) == f"{path} is not a table; see {path}."


def test_an_error_while_writing_tells_the_final_path(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    with pytest.raises(RuntimeError) as caught, replacing(path) as temporary:
        raise RuntimeError(f"cannot write '{temporary}'") from OSError(5, "odd", str(temporary))
    assert str(caught.value) == f"cannot write '{path}'"
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.filename == str(path)


def test_what_a_library_says_of_a_file_inside_a_run_tells_its_path(tmp_path: Path) -> None:
    path = tmp_path / "results" / "network.nc"

    @job("speaks", config=Config)
    def speaks(job: Job, project: Any, config: Any) -> None:
        with replacing(path) as temporary:
            temporary.touch()
            logging.getLogger("library").info("Exported 'sample' saved to '%s' contains: buses", temporary)
            print(f"wrote {temporary}")
        with as_name(path) as name:
            logging.getLogger("library").warning("Importing %s.", name)

    run = start(speaks, tmp_path)
    run.result(20)
    assert run.logs() == [
        f"library: Exported 'sample' saved to '{path}' contains: buses",
        f"wrote {path}",
        f"library: Importing {path}.",
    ]


def test_other_texts_stay_as_they_are(tmp_path: Path) -> None:
    for text in ("", "a line", "/proc/self/fd/987654 of somebody else", "x.part-0123456789abcdef"):
        assert with_known_paths(text) == text
