"""How long a person waits before anything can be typed, beside an interpreter that does nothing."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.benchmark

Report = Callable[[str, float, float | None, str, str, bool], None]
TIMES = 15
COMMAND = str(Path(sys.executable).with_name("workbench"))


def milliseconds(*command: str) -> float:
    """CPU time of a process: other processes of a busy machine do not count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


@pytest.mark.parametrize(
    ("what", "command", "limit"),
    [
        ("import workbench", (sys.executable, "-c", "import workbench"), 3),
        ("workbench --help", (COMMAND, "--help"), 5),
    ],
)
def test_the_start_is_light(report: Report, what: str, command: tuple[str, ...], limit: int) -> None:
    nothing = (sys.executable, "-c", "pass")
    pairs = [(milliseconds(*command), milliseconds(*nothing)) for _ in range(TIMES)]
    ours, peer = (min(column) for column in zip(*pairs, strict=True))
    report(what, ours, peer, "ms of CPU", f"<= {limit} x python -c pass", ours <= limit * peer)
