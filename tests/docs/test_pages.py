from __future__ import annotations

import pytest

from tests.conftest import PROJECT
from tests.docs.pages import DOCS, PAGES, blocks_of, links_of, read

LANGUAGES = {"python", "sh", "toml", "text"}
# Written by the builder of the documentation from the public names of the package.
GENERATED = DOCS / "api"


def test_the_readme_fits_two_screens_and_its_picture_is_small():
    assert len(read("README.md").splitlines()) <= 250
    pictures = [path for target, path in links_of("README.md") if target.endswith(".png")]
    assert pictures
    assert all(path.stat().st_size < 300_000 for path in pictures)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_leads_somewhere(page):
    missing = [
        target
        for target, path in links_of(page)
        if not path.exists() and not path.resolve().is_relative_to(GENERATED)
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_every_block_names_a_language_that_is_tested_or_is_plain_text(page):
    assert [block for block in blocks_of(page) if block.language not in LANGUAGES] == []


@pytest.mark.parametrize("page", PAGES)
def test_what_does_not_run_says_why(page):
    reasons = [block.reason for block in blocks_of(page) if block.reason is not None]
    assert all(len(reason) > 8 for reason in reasons)


def test_the_benchmarks_are_written_into_the_page_on_performance():
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert "WORKBENCH_BENCHMARK_TABLE=docs/performance.md" in makefile
    assert "<!-- benchmarks -->" in read("docs/performance.md")
