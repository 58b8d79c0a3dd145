"""The client: sends requests to online services, each in its turn, and gives up at once when the run is cancelled.

The requests run in an event loop on a thread of their own. The calling thread waits, runs its checkpoint ten times
a second, and ends the request in the middle when that raises, whatever the service is doing.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from workbench.data.atomic import replacing
from workbench.errors import SourceFailed, WorkbenchError
from workbench.online.cache import CachedResponse, ResponseCache, expiry, validators
from workbench.online.downloads import PartialFile
from workbench.online.pacing import DailyAllowance, Pace
from workbench.online.retries import Failure, failure_of_connection, failure_of_status
from workbench.online.service import POLL_SECONDS, HttpRequest, Watch, check_address
from workbench.version import package_version

Result = TypeVar("Result")

MAX_ANSWER_BYTES = 64_000_000
MAX_ERROR_BYTES = 4000
MAX_CLOSING_SECONDS = 1.0


class OnlineClient:
    """Sends requests to online services; a context manager.

    Parameters
    ----------
    folder
        Where answers and the counts of a day are kept; nothing is kept without one.
    addresses
        Addresses by id of the service, in place of the services' own.
    patience
        Longest wait for a service to connect, and to send the next part of an answer [s].
    purpose
        What services are told of the caller.
    setting
        Name of the setting that the addresses come from.
    contact
        E-mail address or web page of the caller; services are told it.

    Raises
    ------
    SettingError
        When an address is not one of a web server.
    """

    def __init__(
        self,
        folder: Path | None = None,
        addresses: Mapping[str, str] | None = None,
        patience: float = 30.0,
        *,
        purpose: str = "energy data",
        setting: str = "services",
        contact: str = "",
    ) -> None:
        self._addresses = dict(addresses or {})
        for service, address in self._addresses.items():
            check_address(address, service, setting)
        self._cache = None if folder is None else ResponseCache(folder / "answers")
        self._allowance = None if folder is None else DailyAllowance(folder / "requests.json")
        self._patience = patience
        # Some services refuse a client without a name.
        told = "; ".join(filter(None, (contact, purpose)))
        self._agent = f"energy-workbench/{package_version()} ({told}; python-httpx)"
        self._paces: dict[str, Pace] = {}
        self._closed: dict[str, tuple[float, Failure]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="workbench online client", daemon=True
        )
        self._client: httpx.AsyncClient | None = None

    def __enter__(self) -> OnlineClient:
        self._thread.start()
        self._client = self._run(self._open(), Watch())
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._run(self._client.aclose(), Watch())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def get(
        self, request: HttpRequest, read: Callable[[bytes], Result], watch: Watch | None = None
    ) -> Result:
        """Send a request, or use an answer from the cache that is still good; blocks the calling thread.

        Parameters
        ----------
        request
            What is wanted.
        read
            Makes of the body what is wanted; raises when it is malformed. Such a body is never kept.
        watch
            What is called meanwhile.

        Returns
        -------
        Any
            What ``read`` gave.

        Raises
        ------
        SourceFailed
            When no good answer came in all tries: with the status, the service's own words, and what was tried.
        """
        watch = watch or Watch()
        service, address = request.service, self._address(request)
        cached = self._cache.find(service.id, address) if self._cache else None
        if cached is not None and cached.expires > time.time():
            with contextlib.suppress(Exception):  # a damaged answer is requested again
                return read(cached.body)
            cached = None
        lines: deque[str] = deque()
        response = self._run(self._answer(request, address, cached, lines.append), watch, lines)
        try:
            result = read(response.body)
        except Exception as error:
            shown = " ".join(response.body[:120].decode("utf-8", "replace").split())
            raise SourceFailed(
                f"{service.title} gave an answer that cannot be read ({_reason(error)}); it begins "
                f"with {shown!r}.",
                service.id,
                response.status,
            ) from error
        if self._cache and response is not cached:
            self._cache.keep(service.id, address, response)
        return result

    def download(self, request: HttpRequest, target: Path, watch: Watch | None = None) -> None:
        """Stream a file to the disk, wholly or not at all; blocks the calling thread.

        A transfer that breaks off continues where it stopped, where the server can do so. Memory does not grow
        with the file.

        Parameters
        ----------
        request
            What is wanted.
        target
            The file; its folder is made when missing.
        watch
            What is called meanwhile.

        Raises
        ------
        SourceFailed
            When the file did not come in all tries; ``status`` is 404 when the server has no such file.
        UnwritableFile
            When the operating system refuses.
        """
        lines: deque[str] = deque()
        with replacing(target) as temporary:
            partial = PartialFile(temporary)
            self._run(self._fill(request, partial, lines.append), watch or Watch(), lines)

    def _address(self, request: HttpRequest) -> str:
        base = self._addresses.get(request.service.id, request.service.address).rstrip("/")
        whole = urlsplit(request.path).scheme in ("http", "https")
        address = request.path if whole else f"{base}/{request.path.lstrip('/')}"
        return str(httpx.URL(address, params=dict(request.parameters)) if request.parameters else address)

    def _run(
        self, work: Coroutine[Any, Any, Result], watch: Watch, lines: deque[str] | None = None
    ) -> Result:
        tasks: list[asyncio.Task[Result]] = []
        done = threading.Event()

        def begin() -> None:
            tasks.append(self._loop.create_task(work))
            tasks[0].add_done_callback(lambda _: done.set())

        self._loop.call_soon_threadsafe(begin)
        try:
            while not done.wait(POLL_SECONDS):
                _log_all(lines, watch)
                watch.checkpoint()
        except BaseException:
            # The connection is closed with the task: nothing continues behind a cancelled run.
            self._loop.call_soon_threadsafe(lambda: tasks[0].cancel())
            done.wait(MAX_CLOSING_SECONDS)
            raise
        finally:
            _log_all(lines, watch)
        return tasks[0].result()

    async def _open(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=20, max_keepalive_connections=10)
        return httpx.AsyncClient(
            headers={"User-Agent": self._agent}, timeout=self._patience, limits=limits, follow_redirects=True
        )

    async def _answer(
        self, request: HttpRequest, address: str, cached: CachedResponse | None, log: Callable[[str], None]
    ) -> CachedResponse:
        title = request.service.title

        async def ask(attempt: int) -> CachedResponse | Failure:
            return await self._ask(request, address, cached, attempt)

        answer = await self._try(request, ask, log)
        if isinstance(answer, CachedResponse):
            if answer.status == 203:
                log(f"{title} says that this version of its service is deprecated (status 203).")
            return answer
        if cached is not None and (answer.status is None or answer.status >= 429):
            age = (time.time() - cached.fetched) / 3600
            log(f"{title}: {answer.reason}; its answer of {age:.1f} h ago is used instead.")
            return cached
        raise SourceFailed(f"{title} gave no data: {answer.reason}.", request.service.id, answer.status)

    async def _fill(self, request: HttpRequest, partial: PartialFile, log: Callable[[str], None]) -> None:
        address = self._address(request)

        async def ask(attempt: int) -> Failure | None:
            async with self._send(request, address, partial.headers) as response:
                if response.status_code == 416 or not partial.accepts(response):
                    partial.discard()
                    return Failure(f"it answered with status {response.status_code}", wait=0.0)
                if response.status_code >= 300:
                    return await _judge(response, request, attempt)
                await partial.receive(response)
            return None

        failure = await self._try(request, ask, log)
        if failure is not None:
            raise SourceFailed(
                f"{address} cannot be downloaded: {failure.reason}.", request.service.id, failure.status
            )

    async def _try(
        self,
        request: HttpRequest,
        ask: Callable[[int], Awaitable[Result | Failure]],
        log: Callable[[str], None],
    ) -> Result | Failure:
        service = request.service
        host = urlsplit(self._address(request)).netloc
        for attempt in range(service.tries):
            until, answered = self._closed.get(host, (0.0, None))
            if answered is not None and until > time.monotonic():
                return answered
            try:
                answer = await ask(attempt)
            except httpx.HTTPError as error:
                answer = failure_of_connection(error, service, attempt, self._patience)
            if isinstance(answer, Failure) and answer.closed:
                # Whoever says "tomorrow" is not asked for the next place either.
                self._closed[host] = (time.monotonic() + answer.closed, answer)
            if not isinstance(answer, Failure) or answer.wait is None:
                return answer
            if attempt + 1 < service.tries:
                delay = f" in {answer.wait:.1f} s." if answer.wait else "."
                log(f"{service.title}: {answer.reason}; try {attempt + 2} of {service.tries}{delay}")
                await asyncio.sleep(answer.wait)
        return answer

    @contextlib.asynccontextmanager
    async def _send(
        self, request: HttpRequest, address: str, headers: Mapping[str, str]
    ) -> AsyncIterator[httpx.Response]:
        assert self._client is not None
        host = urlsplit(address).netloc
        await self._paces.setdefault(host, Pace(request.service.per_minute)).wait(request.cost)
        if self._allowance is not None:
            await asyncio.to_thread(self._allowance.take, request.service, host, request.cost)
        async with self._client.stream("GET", address, headers=dict(headers)) as response:
            yield response

    async def _ask(
        self, request: HttpRequest, address: str, cached: CachedResponse | None, attempt: int
    ) -> CachedResponse | Failure:
        headers = {"Accept": request.accept, **(cached.conditions if cached else {})}
        async with self._send(request, address, headers) as response:
            named = _headers(response)
            now = time.time()
            until = expiry(named, now, request.good_for)
            if response.status_code == 304 and cached is not None:
                return CachedResponse(cached.body, 200, now, until, {**cached.headers, **validators(named)})
            if response.status_code >= 300:
                return await _judge(response, request, attempt)
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAX_ANSWER_BYTES:
                    raise httpx.DecodingError(f"its answer is larger than {MAX_ANSWER_BYTES / 1e6:.0f} MB")
            return CachedResponse(bytes(body), response.status_code, now, until, validators(named))


async def _judge(response: httpx.Response, request: HttpRequest, attempt: int) -> Failure:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) >= MAX_ERROR_BYTES:
            break
    content = bytes(body[:MAX_ERROR_BYTES])
    return failure_of_status(response.status_code, _headers(response), content, request.service, attempt)


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"


def _log_all(lines: deque[str] | None, watch: Watch) -> None:
    while lines:
        watch.log(lines.popleft())
