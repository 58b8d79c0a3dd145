"""A file that arrives in parts: written as it comes, and continued where an earlier transfer broke off."""

from __future__ import annotations

from pathlib import Path

import httpx


class PartialFile:
    """What of a file has arrived so far.

    Parameters
    ----------
    path
        Where it is written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = 0
        self._validator = ""

    @property
    def headers(self) -> dict[str, str]:
        """Request headers: for the rest of the same file, or for the whole one when it has changed."""
        # Compressed on the way, a part of a file could not be told from the rest.
        headers = {"Accept-Encoding": "identity"}
        if self._size and self._validator:
            headers |= {"Range": f"bytes={self._size}-", "If-Range": self._validator}
        return headers

    def accepts(self, response: httpx.Response) -> bool:
        """Say whether an answer is the whole file, an error, or exactly the rest that is missing."""
        if response.status_code != 206:
            return True
        return str(response.headers.get("content-range", "")).startswith(f"bytes {self._size}-")

    def discard(self) -> None:
        """Start again."""
        self._size, self._validator = 0, ""

    async def receive(self, response: httpx.Response) -> None:
        """Write the body of an answer, each part as it arrives.

        Raises
        ------
        OSError
            When the operating system refuses.
        httpx.HTTPError
            When the transfer breaks off; what has arrived is kept for the next one.
        """
        if response.status_code != 206:
            self.discard()
            tag = response.headers.get("etag", "")
            # A weak tag (RFC 9110, section 8.8.1) does not promise the same bytes.
            strong = tag if tag and not tag.startswith("W/") else ""
            self._validator = strong or response.headers.get("last-modified", "")
            if response.headers.get("content-encoding", "identity") != "identity":
                self._validator = ""
        with self._path.open("r+b" if self._size else "wb") as file:
            file.seek(self._size)
            async for part in response.aiter_bytes():
                file.write(part)
                self._size += len(part)
