"""Read-only is enforced below every widget: in a process of its own, because it is read once."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from workbench.runs.model.read_only import is_viewer, refuse_viewer
from workbench.sample.project import create_from_sample

PROJECT = Path(__file__).parents[2]


def as_viewer(code: str, folder: Path, value: str = "1") -> str:
    """Run code in a process that serves readers and give what it printed."""
    environment = {**os.environ, "WORKBENCH_VIEWER": value, "PYTHONPATH": str(PROJECT), "FOLDER": str(folder)}
    beginning = "import os, pathlib\nfolder = pathlib.Path(os.environ['FOLDER'])\n"
    done = subprocess.run(
        [sys.executable, "-c", beginning + textwrap.dedent(code)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sample(tmp_path_factory, copy_sample) -> Path:
    return copy_sample(tmp_path_factory.mktemp("audience") / "sample").folder


@pytest.fixture(scope="module")
def project(tmp_path_factory, copy_sample) -> Path:
    """Give a project with a run in it."""
    folder = copy_sample(tmp_path_factory.mktemp("audience") / "project").folder
    as_viewer(
        """
        from workbench import Project, start
        start("demand", Project.open(folder), target_year=2028).result()
        """,
        folder,
        "",
    )
    return folder


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    files = (
        path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    )
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in files}


def test_whoever_is_not_told_otherwise_may_do_everything():
    assert not is_viewer()
    refuse_viewer("Anything")


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_environment_says_it(tmp_path, value, expected):
    code = "from workbench.runs.model.read_only import is_viewer; print(is_viewer())"
    assert as_viewer(code, tmp_path, value).strip() == str(expected)


def test_nothing_that_happens_later_turns_it_off(tmp_path):
    code = """
    from workbench.runs.model import read_only as audience
    os.environ["WORKBENCH_VIEWER"] = "0"
    print(audience.is_viewer())
    """
    assert as_viewer(code, tmp_path).strip() == "True"


ATTEMPTS = (
    "from workbench import start; start('demand', folder)",
    "from workbench.runs.journal.writer import Journal; Journal.open(folder / '.workbench' / 'journal.sqlite')",
    "from workbench.runs.journal.writer import Journal; Journal(folder / 'another.sqlite')",
    "from workbench.data.projects.project import Project; Project.create(folder / 'new', 'New')",
    "from workbench.data.projects.project import Project; Project.open(folder).require_writable()",
    "from workbench.sample.project import create_from_sample; create_from_sample(folder / 'new')",
    "from workbench.data.atomic import write_text; write_text(folder / 'inputs' / 'x.csv', 'x')",
    "from workbench.data.projects.disk_usage import clear_cache\n"
    "from workbench.data.projects.project import Project; clear_cache(Project.open(folder))",
    "from workbench.runs.engine.clean_up import delete_runs; delete_runs(folder, [])",
)


def test_what_changes_anything_is_refused_and_changes_nothing(sample):
    are_refused_and_change_nothing(sample, *ATTEMPTS)


@pytest.mark.slow
def test_no_run_is_resumed(project):
    resume = "import workbench.runs.engine.start as engine; engine.resume(engine.runs(folder)[0].id, folder)"
    are_refused_and_change_nothing(project, resume)


def are_refused_and_change_nothing(folder: Path, *attempts: str) -> None:
    before = stamps(folder)
    code = "from workbench.errors import ViewerRefused\n"
    for attempt in attempts:
        code += f"try:\n{textwrap.indent(attempt.replace('; ', chr(10)), '    ')}\n"
        code += "except ViewerRefused as error:\n    print('refused:', error)\n"
    assert as_viewer(code, folder).count("refused:") == len(attempts)
    assert stamps(folder) == before


@pytest.mark.slow
@pytest.mark.parametrize("request_", ["pause()", "resume()", "cancel()", "adjust(target_year=2030)"])
def test_nothing_can_be_asked_of_a_run_of_another_process(project, request_):
    code = f"""
    from workbench.errors import ViewerRefused
    from workbench.runs.engine.start import attach, runs
    try:
        attach(runs(folder)[0].id, folder).{request_}
    except ViewerRefused as error:
        print("refused")
    """
    before = stamps(project)
    assert as_viewer(code, project).strip() == "refused"
    assert stamps(project) == before


@pytest.mark.slow
def test_everything_can_be_looked_at(project):
    code = """
    from workbench import Project
    from workbench.runs.engine.start import attach, runs
    project = Project.open(folder)
    (record,) = runs(project)
    run = attach(record.id, project)
    print(run.state, len(run.result().table("requirement")) > 0, run.count_lines() > 0, run.summary().fraction)
    """
    assert as_viewer(code, project).split() == ["succeeded", "True", "True", "1.0"]


@pytest.mark.slow
def test_a_run_whose_process_is_gone_reads_interrupted_without_being_written(tmp_path):
    folder = tmp_path / "project"
    create_from_sample(folder)
    as_viewer(
        """
        import dataclasses, threading, time
        from workbench import start
        from workbench.runs import job, setting

        @dataclasses.dataclass(frozen=True, slots=True)
        class Settings:
            scenario: str = setting("base", help="Scenario")

        @job("sleep", title="Sleep", config=Settings)
        def sleep(job, project, config):
            job.log("asleep")
            threading.Event().wait()

        run = start(sleep, folder)
        while run.last_seq() < 3:
            time.sleep(0.01)
        run.settle()
        os._exit(0)
        """,
        folder,
        "",
    )
    before = stamps(folder)
    code = """
    from workbench.runs.engine.start import attach, runs
    (record,) = runs(folder)
    run = attach(record.id, folder)
    print(record.state, run.state, run.summary().state, run.wait(1))
    """
    assert as_viewer(code, folder).split() == ["interrupted", "interrupted", "interrupted", "True"]
    assert stamps(folder) == before


@pytest.mark.parametrize(
    ("told", "known_by", "is_reader"),
    [
        ("", {"SERVER_SOFTWARE": "voila/0.5.13"}, True),
        ("", {"VOILA_PREHEAT": "True"}, True),
        ("0", {"SERVER_SOFTWARE": "voila/0.5.13"}, False),
        ("", {"SERVER_SOFTWARE": "nginx"}, False),
    ],
    ids=["rendered", "preheated", "told otherwise", "another server"],
)
def test_a_kernel_that_plain_voila_started_serves_readers(tmp_path, monkeypatch, told, known_by, is_reader):
    for name, value in known_by.items():
        monkeypatch.setenv(name, value)
    code = "from workbench.runs.model.read_only import is_viewer; print(is_viewer())"
    assert as_viewer(code, tmp_path, told).strip() == str(is_reader)
