from __future__ import annotations

from pathlib import Path

import pytest

from workbench.runs.model.states import Level
from workbench.runs.overview.public_texts import PublicTexts
from workbench.runs.overview.traceback_lines import TracebackLines

TEXTS = PublicTexts(Path("/home/asha/my project"), ["asha", "db-host-7"])


@pytest.mark.parametrize(
    ("recorded", "told"),
    [
        (
            "/home/asha/my project/inputs/demand.xlsx, sheet 'A', row 3: no number.",
            "inputs/demand.xlsx, sheet 'A', row 3: no number.",
        ),
        (
            "FileNotFoundError: No such file: '/srv/some data/x.csv'",
            "FileNotFoundError: No such file: 'x.csv'",
        ),
        ("read file:///srv/data/x.csv and ~/notes/y.csv", "read x.csv and y.csv"),
        ("C:\\Users\\asha\\x.csv and \\\\server\\share\\y.csv", "x.csv and y.csv"),
        ("UserWarning: old (/usr/lib/python3/y.py:12)", "UserWarning: old (y.py:12)"),
        ("Interrupted: its process (4711) is gone", "Interrupted: its process is gone"),
        (
            "Interrupted: no sign of life from its process (12 on db-host-7) for 130 s",
            "Interrupted: no sign of life from its process for 130 s",
        ),
        ("pid=4711 of asha@db-host-7", "pid of the analyst@the analyst"),
        ("Abandoned by somebody else", "Abandoned by the analyst"),
        (
            "Traceback (most recent call last):\n  File …",
            "(the technical details are in the analyst's own log)",
        ),
        ("https://key:secret@data.example/a/b.csv", "https://data.example/a/b.csv"),
    ],
)
def test_what_readers_are_not_told_is_left_out(recorded, told):
    assert TEXTS.text(recorded) == told


@pytest.mark.parametrize(
    "text",
    [
        "https://data.example/a/b/c",
        "5 kWh/m²/day, INR/MWh/year, 3/4",
        "forecast/Domestic/Peak",
        "FY 2024/25/26",
        "<b>bold</b> <i>and</i>",
        "Step 3 of process 8, root mean square 0.4",
        "ashamed of masha",
    ],
)
def test_other_texts_stay_as_they_are(text):
    assert TEXTS.text(text) == text


def test_all_texts_of_a_value_are_made_fit():
    assert TEXTS.plain({"a": ["/srv/x/y.csv", 3], "b": {"c": "by asha"}}) == {
        "a": ["y.csv", 3],
        "b": {"c": "by the analyst"},
    }


def test_the_lines_of_a_traceback_are_debug_lines_and_the_error_under_it_is_not():
    lines = TracebackLines()
    text = "before\nTraceback (most recent call last):\n  File 'x'\n    f()\nKeyError: 1\n  indented"
    found = [lines.level_of(line, Level.WARNING) for line in text.splitlines()]
    assert found == [Level.WARNING, *[Level.DEBUG] * 3, Level.WARNING, Level.WARNING]
