from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from workbench.data.projects.project import Project
from workbench.data.results import cache
from workbench.data.results.cache import cache_path, cached, prune
from workbench.errors import CacheNotWritten

KEY = {"inputs": ["ab12"], "version": 1}
TABLE = pa.table({"mw": np.arange(1000.0)})


class Maker:
    def __init__(self, table: pa.Table = TABLE) -> None:
        self.table, self.calls = table, 0

    def __call__(self) -> pa.Table:
        self.calls += 1
        return self.table


@pytest.fixture(autouse=True)
def forget_verified_files() -> None:
    # Each test stands for a process of its own.
    cache._verified.clear()


def test_a_table_is_made_once_and_then_read(project: Project) -> None:
    make = Maker()

    first = cached(project, KEY, make)
    second = cached(project, dict(reversed(KEY.items())), make)

    assert make.calls == 1
    assert first.equals(TABLE)
    assert second.equals(TABLE)


def test_the_values_are_mapped_from_the_file_and_not_copied(project: Project) -> None:
    large = pa.table({"mw": np.zeros(4_000_000)})
    cached(project, KEY, Maker(large))
    before = pa.total_allocated_bytes()

    table = cached(project, KEY, Maker())

    assert table.num_rows == 4_000_000
    assert pa.total_allocated_bytes() - before < 100_000


def test_another_input_or_version_is_another_table(project: Project) -> None:
    paths = {cache_path(project, key) for key in (KEY, {**KEY, "version": 2}, {**KEY, "inputs": ["ab13"]})}

    assert len(paths) == 3


def test_the_cache_can_be_deleted_at_any_time(project: Project) -> None:
    make = Maker()
    table = cached(project, KEY, make)
    shutil.rmtree(project.cache_folder)

    assert table.equals(TABLE)
    assert cached(project, KEY, make).equals(TABLE)
    assert make.calls == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: content[:2000] + bytes([content[2000] ^ 1]) + content[2001:],
        lambda content: b"junk" * 500,
    ],
    ids=["empty", "half", "last byte gone", "a bit flipped among the values", "junk"],
)
def test_a_damaged_file_is_made_again(project: Project, damage: Callable[[bytes], bytes]) -> None:
    make = Maker()
    cached(project, KEY, make)
    path = cache_path(project, KEY)
    content = path.read_bytes()
    cache._verified.clear()
    path.unlink()
    path.write_bytes(damage(content))

    assert cached(project, KEY, make).equals(TABLE)
    assert make.calls == 2
    assert path.read_bytes() == content


def test_an_error_while_making_leaves_nothing(project: Project) -> None:
    def fail() -> pa.Table:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cached(project, KEY, fail)
    assert not project.cache_folder.exists()


def test_a_full_disk_costs_only_the_cache(tiny_disk: Path) -> None:
    project = Project.create(tiny_disk / "p", "x")
    large = Maker(pa.table({"mw": np.zeros(100_000)}))

    with pytest.warns(CacheNotWritten, match="the work continues without it.*disk is full"):
        assert cached(project, KEY, large).num_rows == 100_000

    assert list(project.cache_folder.iterdir()) == []


def test_a_read_only_project_costs_only_the_cache(
    tiny_disk: Path, make_read_only: Callable[[Path], None]
) -> None:
    project = Project.create(tiny_disk / "p", "x")
    make_read_only(tiny_disk)

    with pytest.warns(CacheNotWritten, match="read-only"):
        assert cached(project, KEY, Maker()).equals(TABLE)


def test_two_threads_that_make_the_same_table_at_once_both_get_it(project: Project) -> None:
    barrier = threading.Barrier(4)
    got: list[pa.Table] = []

    def make() -> pa.Table:
        barrier.wait(10)
        return TABLE

    threads = [threading.Thread(target=lambda: got.append(cached(project, KEY, make))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [table.equals(TABLE) for table in got] == [True] * 4
    assert [path.name for path in project.cache_folder.iterdir()] == [cache_path(project, KEY).name]


def test_processes_that_write_and_delete_at_once_never_see_half_a_table(project: Project) -> None:
    code = """
import sys, random, contextlib
import numpy as np, pyarrow as pa
from workbench.data.results.cache import cached, cache_path
from workbench.data.projects.project import Project
project = Project.open(sys.argv[1])
for turn in range(150):
    table = cached(project, {"v": 1}, lambda: pa.table({"mw": np.arange(20_000.0)}))
    assert float(table["mw"].to_numpy().sum()) == 199990000.0, turn
    if random.random() < 0.3:
        cache_path(project, {"v": 1}).unlink(missing_ok=True)
"""
    workers = [subprocess.Popen([sys.executable, "-c", code, str(project.folder)]) for _ in range(3)]

    assert [worker.wait(60) for worker in workers] == [0, 0, 0]


def test_a_killed_writer_leaves_nothing_that_is_read(project: Project) -> None:
    code = """
import os, sys
import numpy as np, pyarrow as pa
from workbench.data.results import cache
from workbench.data.projects.project import Project
cache._TRAILER = type("T", (), {"size": 12, "pack": lambda *a: os.kill(os.getpid(), 9)})()
cache.cached(Project.open(sys.argv[1]), {"v": 1}, lambda: pa.table({"mw": np.arange(1000.0)}))
"""
    assert subprocess.run([sys.executable, "-c", code, str(project.folder)], check=False).returncode == -9
    assert [path.name[0] for path in project.cache_folder.iterdir()] == ["."]

    make = Maker()
    assert cached(project, {"v": 1}, make).equals(TABLE)
    assert make.calls == 1


def test_pruning_removes_what_was_not_used_for_the_longest_time(project: Project) -> None:
    for number in range(4):
        cached(project, {"v": number}, Maker())
        os.utime(cache_path(project, {"v": number}), (number, number))
    cached(project, {"v": 0}, Maker())

    size = cache_path(project, {"v": 0}).stat().st_size
    assert prune(project, max_megabytes=2.5 * size / 1e6) == 2

    assert cache_path(project, {"v": 0}).exists()
    assert cache_path(project, {"v": 3}).exists()
