"""One script in place of eighty: what the first page has requested piece by piece, the next ones get at once.

Voilà's front end and the widgets' extensions are cut into pieces that a browser asks for in a chain, each known
only when an earlier one has come. Every piece only announces itself, so that they may come together and beforehand.
Which ones a page needs is not written down anywhere: the server remembers what pages ask for, and puts it into the
bundle. A piece that is missing there is requested as before.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
import time
from collections.abc import Callable

from workbench.publishing.assets import Asset, Assets

__all__ = ["Bundle"]

BUNDLE_SECONDS = 0.5
QUIET_SECONDS = 2.0
_PIECE = re.compile(r"voila/[0-9]+\.voila\.js|extensions/.+/static/(?!remoteEntry)[A-Za-z0-9._-]+\.js")


class Bundle:
    """Collects what pages ask for.

    Parameters
    ----------
    assets
        Where the pieces are.
    clock
        Gives seconds.
    """

    def __init__(self, assets: Assets, clock: Callable[[], float] = time.monotonic) -> None:
        self._assets = assets
        self._clock = clock
        self._pieces: dict[str, None] = {}
        self._last_new = 0.0
        self._made_of = 0
        self._made: dict[str, Asset] = {}
        self.name = ""
        """What is in the bundle's address; empty as long as there is none."""

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

    def find(self, name: str) -> Asset | None:
        """Give a bundle by its name."""
        return self._made.get(name)
