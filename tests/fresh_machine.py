"""``python tests/fresh_machine.py [CONDITION …]``: the two commands of the README, run as different people would.

Each condition gets its own clone and its own environment, and runs ``make demo`` and a part of ``make test``; the
wheel is installed into an environment in an empty folder and its commands are tried. Prints a table. It needs root,
because it makes a user. ``--table FILE`` writes the table between the marks in a page of the documentation.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
USER = "planner"
TESTS = "tests/data/texts tests/test_packaging.py tests/cli/test_light_start.py"
"""Enough to see that the tests start, find the package and run child processes."""
PORT = 8377
BEGIN, END = "<!-- fresh machine -->", "<!-- end -->"


@dataclass(frozen=True)
class Condition:
    """How the commands are run."""

    what: str
    folder: str = "workbench"
    user: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    before: tuple[str, ...] = ()


CONDITIONS = {
    "root": Condition("as root"),
    "user": Condition("as an ordinary user", user=USER),
    "path": Condition("in a path with spaces and umlauts", folder="Stadtwerke Köln/Übung 1"),
    "home": Condition("with a home that cannot be written", user=USER, environment=(("HOME", "/proc"),)),
    "locale": Condition("with LANG=C", environment=(("LANG", "C"), ("LC_ALL", "C"), ("PYTHONUTF8", "0"))),
    "init": Condition(
        "where nothing reaps orphans",
        before=("unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", '"$@"; exit $?', "-"),
    ),
}


def main() -> int:
    """Try the conditions that are named, or all; end with 1 where one fails."""
    parser = argparse.ArgumentParser(prog="python tests/fresh_machine.py", description=__doc__)
    parser.add_argument("conditions", nargs="*", metavar="CONDITION", help=", ".join([*CONDITIONS, "wheel"]))
    parser.add_argument("--table", type=Path, help="a page with the marks between which the table goes")
    options = parser.parse_args()
    lines = ["| condition | `make demo` | `make test` (a part) |", "|---|---|---|"]
    failed = False
    for name in options.conditions or [*CONDITIONS, "wheel"]:
        cells = _wheel() if name == "wheel" else _commands(CONDITIONS[name])
        failed |= any("failed" in cell for cell in cells)
        lines.append("| " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    if options.table:
        page = options.table.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}."
        text = "\n".join([BEGIN, machine, "", *lines, END])
        options.table.write_text(before + text + rest.partition(END)[2], encoding="utf-8")
    return int(failed)


def _commands(condition: Condition) -> tuple[str, str, str]:
    if condition.user:
        subprocess.run(["useradd", "--create-home", condition.user], check=False, capture_output=True)
    with _folder() as base:
        clone = base / condition.folder
        clone.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        if condition.user:
            subprocess.run(["chown", "-R", condition.user, str(base)], check=True)
        demo = _timed(condition, clone, ["make", "demo"])
        return condition.what, demo, _timed(condition, clone, ["make", "test", f"TESTS={TESTS}"])


def _timed(condition: Condition, clone: Path, words: list[str]) -> str:
    kept = {"PATH": os.environ["PATH"], "HOME": "/root" if not condition.user else f"/home/{condition.user}"}
    environment = (
        kept | {k: v for k, v in os.environ.items() if k.startswith("PIP_")} | dict(condition.environment)
    )
    as_user = ["runuser", "-u", condition.user, "--"] if condition.user else []
    begun = time.monotonic()
    done = subprocess.run(
        [*condition.before, *as_user, *words],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    took = f"{time.monotonic() - begun:.0f} s"
    if done.returncode == 0:
        return took
    print(done.stdout[-3000:], done.stderr[-3000:], file=sys.stderr)
    return f"failed ({done.returncode}) after {took}"


def _wheel() -> tuple[str, str, str]:
    """Install the wheel beside nothing else, and try its commands."""
    with _folder() as base:
        python = base / "env" / "bin" / "python"
        made = _all(
            base,
            [sys.executable, "-m", "venv", "env"],
            [str(python), "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", "wheels", str(ROOT)],
        )
        wheels = [str(path) for path in (base / "wheels").glob("*.whl")] if not made else []
        begun = time.monotonic()
        made = made or _all(base, [str(python), "-m", "pip", "install", "--quiet", *wheels])
        demo = made or _all(base, [str(python.with_name("workbench")), "demo", "--folder", "sample-project"])
        took = demo or f"{time.monotonic() - begun:.0f} s"
        if demo:
            return "the wheel, in an empty folder", took, "not tried"
        workbench = str(python.with_name("workbench"))
        root = ["--allow-root"] if os.geteuid() == 0 else []
        lab = _answers(base, [workbench, "lab", "--no-browser", f"--port={PORT}", *root], "lab")
        serve = [workbench, "serve", "--project", "sample-project", "--port", str(PORT)]
        said = lab or _answers(base, serve, "health") or "`lab` and `serve` answer"
        return "the wheel, in an empty folder", took, said


def _all(folder: Path, *commands: list[str]) -> str:
    for words in commands:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout[-3000:], done.stderr[-3000:], file=sys.stderr)
            return f"failed ({done.returncode}): {' '.join(words[:3])}"
    return ""


def _answers(folder: Path, words: list[str], page: str, seconds: float = 90) -> str:
    with subprocess.Popen(
        words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            for _ in range(int(seconds)):
                time.sleep(1)
                with (
                    contextlib.suppress(OSError),
                    urllib.request.urlopen(f"http://127.0.0.1:{PORT}/{page}") as answer,
                ):
                    if answer.status < 400:
                        return ""
            return f"failed: {words[1]} did not answer in {seconds:.0f} s"
        finally:
            server.terminate()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="fresh-"))
    base.chmod(0o755)
    try:
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
