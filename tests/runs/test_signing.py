from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from workbench.runs.journal import signing

PLACE = ("run-1", "north", "abc")


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "home" / "signing.key"
    monkeypatch.setattr(signing, "_key_file", lambda: file)
    return file


def test_what_was_signed_here_is_ours_and_nothing_else(key_file: Path) -> None:
    signature = signing.sign(b"result", *PLACE)
    assert signing.is_ours(signature, b"result", *PLACE)
    assert not signing.is_ours(signature, b"result.", *PLACE)
    assert not signing.is_ours(signature[:-1] + bytes([signature[-1] ^ 1]), b"result", *PLACE)
    assert not signing.is_ours(b"", b"result", *PLACE)


@pytest.mark.parametrize(
    "place",
    [
        ("run-2", "north", "abc"),
        ("run-1", "south", "abc"),
        ("run-1", "north", "xyz"),
        ("run-1", "nort", "habc"),
    ],
)
def test_a_result_that_was_moved_to_another_unit_or_run_is_not_ours(
    key_file: Path, place: tuple[str, str, str]
) -> None:
    assert not signing.is_ours(signing.sign(b"result", *PLACE), b"result", *place)


def test_the_key_is_only_for_its_user_to_read(key_file: Path) -> None:
    signing.sign(b"", *PLACE)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(key_file.read_bytes()) == 32
    assert list(key_file.parent.iterdir()) == [key_file]


def test_another_key_does_not_recognise_what_this_one_signed(
    key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = signing.sign(b"result", *PLACE)
    monkeypatch.setattr(signing, "_key_file", lambda: tmp_path / "stranger" / "signing.key")
    assert not signing.is_ours(signature, b"result", *PLACE)


def test_a_damaged_key_is_made_anew(key_file: Path) -> None:
    key_file.parent.mkdir()
    key_file.write_bytes(b"short")
    signing.sign(b"", *PLACE)
    assert len(key_file.read_bytes()) == 32


def test_without_a_place_for_a_key_signing_still_works_within_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(signing, "_key_file", lambda: tmp_path / "file" / "signing.key")
    assert signing.is_ours(signing.sign(b"result", *PLACE), b"result", *PLACE)
    assert "signing.key cannot be written" in caplog.text


def test_processes_that_start_at_once_agree_on_one_key(scripts: Any, tmp_path: Path) -> None:
    code = """
    import sys
    from pathlib import Path
    from workbench.runs.journal import signing
    signing._key_file = lambda: Path(sys.argv[1])
    print(signing.sign(b"x", "run", "key", "digest").hex())
    """
    started = [scripts.start(code, tmp_path / "home" / "signing.key") for _ in range(4)]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1
