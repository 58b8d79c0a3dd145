"""One script in place of eighty: what the first page has requested piece by piece, the next ones get at once.

Voilà's front end and the widgets' extensions are cut into pieces that a browser asks for in a chain, each known
only when an earlier one has come. Every piece only announces itself, so that they may come together and beforehand.
Which ones a page needs is not written down anywhere: the server remembers what pages ask for, and puts it into the
bundle. A piece that is missing there is requested as before. The list outlives the server, and one comes with the
package, so that the first page after a start gets what the later ones get.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.publishing.assets import Asset, Assets

__all__ = ["Bundle", "kept_list"]

BUNDLE_SECONDS = 0.5
QUIET_SECONDS = 2.0
MAX_PIECES = 500
SHIPPED = Path(__file__).with_name("front-end-pieces.json")
"""What pages request of the versions that the package was made with."""
_PIECE = re.compile(r"voila/[0-9]+\.voila\.js|extensions/.+/static/(?!remoteEntry)[A-Za-z0-9._-]+\.js")


def kept_list() -> Path:
    """Give the file of the list, in the user's own cache."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "workbench" / "front-end-pieces.json"


class Bundle:
    """Collects what pages ask for.

    Parameters
    ----------
    assets
        Where the pieces are.
    clock
        Gives seconds.
    kept
        File of the list that an earlier server has left; none is kept without one.
    """

    def __init__(
        self, assets: Assets, clock: Callable[[], float] = time.monotonic, kept: Path | None = None
    ) -> None:
        self._assets = assets
        self._clock = clock
        self._pieces: dict[str, None] = {}
        self._last_new = 0.0
        self._made_of = 0
        self._made: dict[str, Asset] = {}
        self.name = ""
        """What is in the bundle's address; empty as long as there is none."""
        self._kept = kept

    def take_kept(self) -> None:
        """Make it of what pages have requested of an earlier server with the same assets.

        The first server on a machine takes the list that comes with the package: names that the installed versions
        do not have are left out, and what is missing is learned.
        """
        known = self._read(self._kept)
        if known.get("version") != self._assets.version:
            known = self._read(SHIPPED)
        pieces = [piece for piece in known.get("pieces") or () if isinstance(piece, str)]
        for piece in pieces[:MAX_PIECES]:
            # The list is a file like any other: what is no piece of ours is left out.
            if _PIECE.fullmatch(piece) and self._assets.find(piece) is not None:
                self._pieces[piece] = None
        if self._pieces:
            self.make()

    @staticmethod
    def _read(path: Path | None) -> dict[str, Any]:
        try:
            known = json.loads(path.read_text(encoding="utf-8")) if path else {}
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def _keep_list(self) -> None:
        if self._kept is None:
            return
        # Without it the next server learns the list anew.
        with contextlib.suppress(OSError):
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            beside = self._kept.with_name(f".{self._kept.name}.{os.getpid()}")
            facts = {"version": self._assets.version, "pieces": list(self._pieces)}
            beside.write_text(json.dumps(facts), encoding="utf-8")
            beside.replace(self._kept)

    def note(self, path: str) -> None:
        """Remember that a page has requested a file."""
        if path not in self._pieces and _PIECE.fullmatch(path):
            self._pieces[path] = None
            self._last_new = self._clock()

    def is_due(self) -> bool:
        """Whether pages have requested new pieces, and seem to have all they need."""
        is_quiet = self._clock() - self._last_new > QUIET_SECONDS
        return len(self._pieces) > self._made_of and is_quiet

    def make(self) -> None:
        """Put the pieces together; takes about half a second, and may be done in another thread."""
        pieces = list(self._pieces)
        parts = [b";"]
        for path in pieces:
            asset = self._assets.find(path)
            if asset is not None:
                # In a function of its own: some pieces ask for strict rules, which must not reach the others.
                parts.append(b"(function(){" + asset.content + b"\n})();\n")
        content = b"".join(parts)
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.js"
        made = Asset(content, gzip.compress(content, 6), "text/javascript")
        # Pages that were sent with the one before may still be on their way.
        self._made = {**dict(list(self._made.items())[-1:]), name: made}
        self._made_of, self.name = len(pieces), name

    async def keep(self) -> None:
        """Make it anew, again and again, whenever that is due."""
        while True:
            await asyncio.sleep(BUNDLE_SECONDS)
            if self.is_due():
                await asyncio.to_thread(self.make)
                self._keep_list()

    def find(self, name: str) -> Asset | None:
        """Give a bundle by its name."""
        return self._made.get(name)
