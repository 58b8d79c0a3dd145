"""What is printed in any encoding, into a pipe, and onto a terminal of any width."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workbench.cli import main, terminal
from workbench.cli.exit_codes import ExitCode
from workbench.runs import runs

FULL = Path("/dev/full")


def in_a_process(project, words: str, *, out=subprocess.PIPE, err=subprocess.PIPE, **environment: str):
    """Run a command with the counting job in a process of its own."""
    code = f"from tests.cli.conftest import count; from workbench.cli import main; raise SystemExit(main({words}))"
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=out, stderr=err, env={**os.environ, **environment}
    )


def written(encoding: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Print a line with typographic characters, a letter of Malayalam and a byte of a file name that is no text."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    terminal.prepare()
    print("in 2 s \N{EM DASH} \N{CHECK MARK} pr\xf6jekt \N{HORIZONTAL ELLIPSIS} \u0d15 \udcff")
    terminal.flush()
    return raw.getvalue()


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "in 2 s — ✓ pröjekt … ക ".encode() + b"\xff\n"),
        ("latin-1", "in 2 s - + pröjekt ... \\u0d15 ".encode("latin-1") + b"\xff\n"),
        ("ascii", b"in 2 s - + pr\\xf6jekt ... \\u0d15 \xff\n"),
        ("cp1252", "in 2 s — + pröjekt … \\u0d15 ".encode("cp1252") + b"\xff\n"),
        ("utf-16", "in 2 s — ✓ pröjekt … ക \\udcff\n".encode("utf-16")),
    ],
)
def test_every_encoding_takes_every_text_and_shows_what_it_can(encoding, expected, monkeypatch):
    assert written(encoding, monkeypatch) == expected


def test_a_run_ends_as_it_ended_where_the_terminal_is_ascii(project):
    process = in_a_process(
        project, ["run", "count", "--project", str(project.folder)], PYTHONIOENCODING="ascii"
    )
    out, err = process.communicate(timeout=60)
    assert (process.returncode, b"Traceback" in err) == (0, False)
    assert b"succeeded Counting, scenario base" in out
    assert b"+ count completed" in err


def test_a_reader_that_leaves_disturbs_neither_the_command_nor_the_run(project):
    words = ["run", "count", "--project", str(project.folder), "--set", "fail=yes", "--json"]
    reading, writing = os.pipe()
    os.close(reading)
    process = in_a_process(project, words, out=writing)
    os.close(writing)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (ExitCode.FAILED, b"")
    assert [record.status for record in runs(project)] == ["failed"]
    reading, writing = os.pipe()
    os.close(reading)
    process = in_a_process(project, ["runs", "--project", str(project.folder)], out=writing)
    os.close(writing)
    assert process.communicate(timeout=60)[1] == b""
    assert process.returncode == 0


@pytest.mark.skipif(not FULL.exists(), reason="this system has no disk that is always full")
def test_an_output_that_cannot_be_written_is_a_sentence(project):
    with FULL.open("wb") as full:
        process = in_a_process(project, ["jobs"], out=full)
        assert process.communicate(timeout=60)[1] == b"workbench: No space left on device.\n"
    assert process.returncode == ExitCode.FAILED


def test_in_a_pipe_an_id_and_a_reason_are_on_one_line(project, capsys):
    main(["run", "count", "--project", str(project.folder), "--set", "fail=yes"])
    record = runs(project)[0]
    capsys.readouterr()
    assert main(["runs", "--project", str(project.folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"{record.id}  count  base")
    assert lines[1].endswith(record.reason)


@pytest.mark.parametrize("width", [40, 80, 160])
def test_on_a_terminal_only_the_last_column_of_runs_is_folded(width):
    stream = io.StringIO()
    target = terminal.console()
    target.file, target._force_terminal, target.width = stream, True, width
    run, reason = "demand-20261130-073509-6f1ee1", "the last step went wrong because of a word " * 4
    terminal.print_table(target, ["run", "reason"], [[run, reason]], whole=frozenset({0}))
    assert run in stream.getvalue()
    assert "\N{HORIZONTAL ELLIPSIS}" not in stream.getvalue()


def test_what_is_printed_is_neither_markup_nor_an_emoji(capsys):
    terminal.print_table(terminal.console(), ["file"], [["[bold]x[/] :bomb:"]])
    terminal.console().print(":bomb:")
    assert capsys.readouterr().out.split("\n")[1:3] == ["[bold]x[/] :bomb:", ":bomb:"]


def test_a_busy_scenario_is_answered_with_options_of_the_command(project, capsys):
    words = ["run", "count", "--project", str(project.folder), "--set", "steps=100000", "--set", "pause=0.01"]
    thread = threading.Thread(target=main, args=(words,))
    thread.start()
    while not (found := runs(project, states=["running"])):
        pass
    assert main(words) == ExitCode.WRONG_USE
    told = capsys.readouterr().err
    cancel = f"workbench cancel {found[0].id} --project {project.folder}"
    assert "--when-busy queue" in told
    assert "when_busy" not in told
    assert cancel in told
    assert main(cancel.split()[1:]) == 0
    thread.join(20)
