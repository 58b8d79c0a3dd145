"""Remembered results are pickles, and a pickle of unknown origin can run code when it is opened.

So each is signed with a key that only this user has, as Jupyter signs trusted notebooks: a project that came
of another user keeps its history, but its units are computed again instead of being opened. The signature is of the
result together with where it belongs (run, key and hash of the arguments): moved to another place it is not ours.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
from functools import cache
from pathlib import Path

import platformdirs

__all__ = ["is_ours", "sign"]

_logger = logging.getLogger(__name__)

_FORMAT = "unit of a run, 2"


def sign(blob: bytes, run: str, key: str, digest: str) -> bytes:
    """Sign the result of a unit of a run (its id) with this user's key (HMAC-SHA256)."""
    place = json.dumps([_FORMAT, run, key, digest]).encode()
    return hmac.digest(_key(_key_file()), len(place).to_bytes(8) + place + blob, hashlib.sha256)


def is_ours(signature: bytes, blob: bytes, run: str, key: str, digest: str) -> bool:
    """Tell whether this user has signed the result as that of this unit."""
    return hmac.compare_digest(sign(blob, run, key, digest), signature)


@cache
def _key_file() -> Path:
    # Looked for once: many units are signed in a moment.
    return Path(platformdirs.user_data_dir("workbench", appauthor=False)) / "signing.key"


@cache
def _key(file: Path) -> bytes:
    try:
        if len(key := file.read_bytes()) == 32:
            return key
        file.unlink()
    except OSError:
        # There is none yet, or its place cannot be read: the next lines find out which.
        pass
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.{os.getpid()}")
        beside.touch(mode=0o600)
        beside.write_bytes(secrets.token_bytes(32))
        try:
            # A link, unlike a rename, never replaces the key that another process made meanwhile.
            os.link(beside, file)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
        return file.read_bytes()
    except OSError as error:
        _logger.warning(
            "%s cannot be written (%s): what runs of this process finish is not recognised by another one, and is "
            "computed again when they are resumed there.",
            file,
            error.strerror,
        )
        return secrets.token_bytes(32)
