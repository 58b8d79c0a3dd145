"""What the process that kernels are forked from has done beforehand, looked at in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from site_under_test import CHECKOUT

from workbench.publishing.boards import Library
from workbench.publishing.kernels.provisioner import FOR_FORKS

BOARDS = tuple(
    dict.fromkeys(name for board in Library(CHECKOUT / "notebooks").boards() for name in board.modules)
)
LOOK = """
import json, sys
from workbench.publishing.kernels import prefork

failed = prefork.load_modules(sys.argv[1:])
print(json.dumps([failed, prefork._number_of_threads(), sorted(sys.modules)]))
"""


@pytest.fixture(scope="module")
def warm() -> tuple[dict[str, str], int, list[str]]:
    environment = {**os.environ, **FOR_FORKS, "PYTHONPATH": str(CHECKOUT), "WORKBENCH_VIEWER": "1"}
    command = [sys.executable, "-c", LOOK, *BOARDS, "workbench.no_such_board"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    failed, threads, modules = json.loads(done.stdout)
    return failed, threads, modules


def test_no_thread_runs_that_forks_would_lack(warm):
    assert warm[1] == 1


def test_a_board_that_cannot_be_loaded_is_named_and_the_others_are_loaded(warm):
    assert list(warm[0]) == ["workbench.no_such_board"]
    assert set(BOARDS) <= set(warm[2])


def test_what_boards_use_first_is_loaded_already(warm):
    first = {
        "plotly.graph_objs.heatmap",
        "plotly.io._json",
        "pyarrow.dataset",
        "narwhals._pandas_like.series",
    }
    assert first <= set(warm[2])
