"""``workbench run JOB --help`` tells everything that can be set."""

from __future__ import annotations

import json

import pytest

from workbench.cli import main
from workbench.runs import find_job, settings_of
from workbench.runs.jobs.offer import offered_jobs


def help_of(job: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as left:
        main(["run", job, "--help"])
    assert left.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(offered_jobs()))
def test_every_setting_is_listed_with_unit_bounds_choices_and_help(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = " ".join(help_of(name, capsys).split())
    usual, _, advanced = text.partition(f"advanced settings of {name}:")
    assert f"settings of {name}, given as --set NAME=VALUE:" in usual
    for item in settings_of(find_job(name).config_type):
        part = advanced if item.advanced else usual
        start = part.index(f" {item.name}=")
        shown = part[start:]
        assert " ".join(item.help.split()) in shown
        if item.unit:
            assert f"[{item.unit}]" in shown
        for word, bound in (("at least", item.minimum), ("at most", item.maximum)):
            assert bound is None or f"{word} {bound:.10g}" in shown
        for choice in item.choices:
            assert str(choice) in shown
        assert not item.adjustable or "can be adjusted while the run continues" in shown


def test_defaults_are_shown_as_they_are_typed(capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of("demand", capsys)
    for line in (
        "target_year=none",
        "splice_breaks=yes",
        "last_actual_year=none",
        "levels=0.8,0.95",
        "roles=",
    ):
        assert f"  {line}\n" in text
    assert "  loss=10.0  [%]\n" in text


def test_the_help_without_a_job_is_that_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    out = capsys.readouterr().out
    assert "--when-busy" in out
    assert "given as --set" not in out


def test_the_help_of_an_unknown_job_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "demandd", "--help"]) == 2
    assert "known are capacity" in capsys.readouterr().err


def test_jobs_lists_the_same_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", "finance"]) == 0
    assert capsys.readouterr().out.strip() in help_of("finance", capsys)
    assert main(["jobs", "finance", "--json"]) == 0
    assert {item["name"] for item in json.loads(capsys.readouterr().out) if item["advanced"]} >= {"sheet"}
