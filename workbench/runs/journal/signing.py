"""Remembered results are pickles, and a pickle of unknown origin can run code when it is opened.

So each is signed with a key that only this user has, as Jupyter signs trusted notebooks: a project that came
of another user keeps its history, but its units are computed again instead of being opened.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path

import platformdirs

__all__ = ["is_ours", "sign"]


def sign(blob: bytes) -> bytes:
    """Sign bytes with this user's key (HMAC-SHA256)."""
    return hmac.digest(_key(_key_file()), blob, hashlib.sha256)


def is_ours(blob: bytes, signature: bytes) -> bool:
    """Tell whether the bytes were signed by this user."""
    return hmac.compare_digest(sign(blob), signature)


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
    except OSError:
        # Without a home to keep a key in, what this process remembers is good for this process only.
        return secrets.token_bytes(32)
