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

from workbench.runs import Job, Run, job, setting, start
from workbench.runs.report import page as story_page
from workbench.runs.report.run_report import Story

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


def test_a_story_tells_stages_states_inputs_and_progress_in_order(tmp_path: Path) -> None:
    run = run_tale(tmp_path)
    story = run.story()
    assert [stage.path for stage in story.spans] == ["first", "second", "second/inner"]
    assert story.spans[0].ended is not None
    assert 0.05 <= story.spans[0].ended - story.spans[0].started < 1
    assert [moment.text.partition(":")[0] for moment in story.moments] == ["queued", "running", "succeeded"]
    shares = [share for _, share in story.progress]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert story.line_count == 20
    assert [line.line for line in story.lines(5, 3)] == [6, 7, 8]
    assert [event.seq for event in story.events()] == list(range(1, run.last_seq() + 1))
    assert len(repr(story)) < 150
    assert story.machine


def test_cpu_and_memory_are_sampled_while_the_run_works(tmp_path: Path) -> None:
    story = run_tale(tmp_path, seconds=2.4).story()
    assert len(story.samples) >= 2
    used = story.samples[-1].cpu_seconds - story.samples[0].cpu_seconds
    passed = story.samples[-1].time - story.samples[0].time
    assert 0.2 <= used / passed <= 1.2
    assert 1e7 < story.samples[-1].memory < 1e10


def test_the_page_needs_no_network_and_escapes_whatever_the_run_said(tmp_path: Path) -> None:
    path = run_tale(tmp_path).story().to_html(tmp_path / "story.html")
    page = path.read_text(encoding="utf-8")
    assert NASTY not in page
    assert "alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"""(src|href)\s*=|https?://|@import|url\(""", page)
    assert data_of(page)["lines"][3][3] == f"line 3 {NASTY}"
    assert not list(tmp_path.glob(".story*"))


def test_the_page_says_config_version_host_and_input_hashes(tmp_path: Path) -> None:
    run = run_tale(tmp_path)
    page = run.story().to_html(tmp_path / "story.html").read_text(encoding="utf-8")
    digest = hashlib.sha256((tmp_path / "input.csv").read_bytes()).hexdigest()
    for text in (digest, run.id, run.record.version, run.record.owner.host, "seconds", "gap"):
        assert text in page


def test_a_long_log_is_cut_in_the_middle_and_the_page_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story_page, "MOST_LINES", 50)
    monkeypatch.setattr(story_page, "FIRST_LINES", 10)
    story = run_tale(tmp_path, lines=200).story()
    page = story_page.page_of_story(story)
    assert "The log has 200 lines; 150 of its middle (from line 11) are left out" in page
    numbers = [int(line[3].split()[1]) for line in data_of(page)["lines"]]
    assert numbers == [*range(10), *range(160, 200)]


def test_a_story_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    story = run_tale(tmp_path).story()
    with pytest.raises(OSError, match="missing"):
        story.to_html(tmp_path / "missing" / "story.html")
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - the system's own words differ
        story.to_html(tmp_path / "taken")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".taken")]


def test_the_story_of_a_run_of_another_process_is_the_same(tmp_path: Path) -> None:
    from workbench.runs.engine.followed import FollowedRun

    run = run_tale(tmp_path)
    other = Story.of(FollowedRun(run.record, run.journal_path, tmp_path))
    story = run.story()
    assert other.spans == story.spans
    assert other.moments == story.moments
    assert other.progress == story.progress
