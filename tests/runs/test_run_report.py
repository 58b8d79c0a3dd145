from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from workbench.runs import Job, Run, RunReport, job, setting, start
from workbench.runs.engine.followed import FollowedRun
from workbench.runs.report import page as report_page

NASTY = "</script><script>alert(1)</script> {{style}} & <b>"


@dataclass(frozen=True, slots=True)
class TaleConfig:
    scenario: str = setting("base", help="Name")
    lines: int = setting(20, help="Lines", minimum=0)
    seconds: float = setting(0.0, help="Work", unit="s")


@job("tale", title="A tale", config=TaleConfig)
def tale(job: Job, project: Any, config: TaleConfig) -> None:
    job.plan(first=1, second=3)
    with job.stage("first", title=NASTY):
        job.uses(Path(str(project)) / "input.csv")
        time.sleep(0.05)
    with job.stage("second", title="Second"):
        with job.stage("inner", keep_going=True):
            raise ValueError(NASTY)
        end = time.monotonic() + config.seconds
        while time.monotonic() < end:
            sum(range(10_000))
        for number in job.track(range(config.lines)):
            job.log(f"line {number} {NASTY}", "warning" if number % 2 else "info")
    job.metric("gap", 0.5, unit="%")


def run_tale(folder: Path, **settings: Any) -> Run:
    (folder / "input.csv").write_text("a,b\n1,2\n")
    run = start("tale", folder, **settings)
    run.wait(30)
    return run


def data_of(page: str) -> dict[str, Any]:
    packed = re.search(r'id="data">([^<]*)<', page)
    assert packed is not None
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed.group(1))))
    return found


def test_a_report_tells_stages_states_inputs_and_progress_in_order(tmp_path: Path) -> None:
    run = run_tale(tmp_path)
    report = run.report()
    assert [stage.path for stage in report.spans] == ["first", "second", "second/inner"]
    assert report.spans[0].ended is not None
    assert 0.05 <= report.spans[0].ended - report.spans[0].started < 1
    assert [moment.text.partition(":")[0] for moment in report.moments] == [
        "queued",
        "running",
        "succeeded, incomplete",
    ]
    shares = [share for _, share in report.progress]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert report.line_count == 20
    assert [line.line for line in report.lines(5, 3)] == [6, 7, 8]
    assert [event.seq for event in report.events()] == list(range(1, run.last_seq() + 1))
    assert len(repr(report)) < 150
    assert report.machine


def test_cpu_and_memory_are_sampled_while_the_run_works(tmp_path: Path) -> None:
    report = run_tale(tmp_path, seconds=2.4).report()
    assert len(report.samples) >= 2
    used = report.samples[-1].cpu_seconds - report.samples[0].cpu_seconds
    passed = report.samples[-1].time - report.samples[0].time
    assert 0.2 <= used / passed <= 1.2
    assert 1e7 < report.samples[-1].memory < 1e10


def test_the_page_needs_no_network_and_escapes_whatever_the_run_said(tmp_path: Path) -> None:
    path = run_tale(tmp_path).report().to_html(tmp_path / "report.html")
    page = path.read_text(encoding="utf-8")
    assert NASTY not in page
    assert "alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"""(src|href)\s*=|https?://|@import|url\(""", page)
    assert data_of(page)["lines"][3][3] == f"line 3 {NASTY}"
    assert not list(tmp_path.glob(".report*"))


def test_the_page_says_config_version_host_and_input_hashes(tmp_path: Path) -> None:
    run = run_tale(tmp_path)
    page = run.report().to_html(tmp_path / "report.html").read_text(encoding="utf-8")
    digest = hashlib.sha256((tmp_path / "input.csv").read_bytes()).hexdigest()
    assert (
        '<span class="badge" data-state="succeeded" data-cause="incomplete">succeeded, incomplete</span>'
        in page
    )
    for text in (digest, run.id, run.record.version, run.record.owner.host, "seconds", "gap"):
        assert text in page


def test_a_long_log_is_cut_in_the_middle_and_the_page_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_page, "MAX_LINES", 50)
    monkeypatch.setattr(report_page, "FIRST_LINES", 10)
    report = run_tale(tmp_path, lines=200).report()
    page = report_page.page_of_report(report)
    assert "The log has 200 lines; 150 of its middle (from line 11) are left out" in page
    numbers = [int(line[3].split()[1]) for line in data_of(page)["lines"]]
    assert numbers == [*range(10), *range(160, 200)]


def test_a_report_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    report = run_tale(tmp_path).report()
    with pytest.raises(OSError, match="missing"):
        report.to_html(tmp_path / "missing" / "report.html")
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - the system's own words differ
        report.to_html(tmp_path / "taken")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".taken")]


def test_the_report_of_a_run_of_another_process_is_the_same(tmp_path: Path) -> None:
    from workbench.runs.engine.followed import FollowedRun

    run = run_tale(tmp_path)
    other = RunReport.of(FollowedRun(run.record, run.journal_path, tmp_path))
    report = run.report()
    assert other.spans == report.spans
    assert other.moments == report.moments
    assert other.progress == report.progress


def test_the_report_is_still_given_under_its_former_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.deprecation._warned", set())
    run = run_tale(tmp_path)
    with pytest.warns(DeprecationWarning, match=r"use Run\.report\(\)"):
        assert run.story().spans == run.report().spans


class _Cautious:
    """A project whose runs are headed with a sentence."""

    cautions = ("Made up <b>here</b>",)

    def __init__(self, folder: Path) -> None:
        self.journal_path = folder / ".workbench" / "journal.sqlite"

    def __str__(self) -> str:
        return str(self.journal_path.parents[1])


def test_what_a_project_cautions_of_heads_the_report_also_from_another_process(tmp_path: Path) -> None:
    (tmp_path / "input.csv").write_text("a,b\n1,2\n")
    run = start("tale", _Cautious(tmp_path))
    run.wait(30)
    other = FollowedRun(run.record, tmp_path / ".workbench" / "journal.sqlite", tmp_path)
    for seen in (run, other):
        assert seen.report().summary.cautions == ["Made up <b>here</b>"]
    page = other.report().to_html(tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<div class="cautions" role="note"><p>Made up &lt;b&gt;here&lt;/b&gt;</p></div>' in page
    assert '<div class="cautions" role="note"></div>' in report_page.page_of_report(
        run_tale(tmp_path).report()
    )
