"""A short campaign of kills at random moments; ``python -m tests.faults.campaign --count 200`` runs a long one."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.thorough
def test_runs_that_are_killed_at_random_moments_come_to_the_same_result() -> None:
    command = [sys.executable, "-m", "tests.faults.campaign", "--count", "25", "--seed", "7"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("25 runs killed, 0 faults\n"), done.stdout + done.stderr[-2000:]
