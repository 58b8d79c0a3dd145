"""Asking online services politely: paced, cached, retried, and given up at once when the run is cancelled.

The requests run in an event loop on a thread of their own. Whoever asks waits in its own thread, looks ten times
a second whether its run was cancelled, and then ends the request in the middle, whatever the service is doing.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from workbench.data.results.tables import package_version
from workbench.errors import SettingError, SourceFailed
from workbench.evapotranspiration.inputs.services.pacing import DailyAllowance, Pace
from workbench.evapotranspiration.inputs.services.response_cache import (
    Answer,
    ResponseCache,
    expiry,
    http_date,
)
from workbench.evapotranspiration.model.catalogue import SourceFacts

Result = TypeVar("Result")

USER_AGENT = f"energy-workbench/{package_version()} (reference evapotranspiration; python-httpx)"
BEAT = 0.1
LONGEST_WAIT = 120.0
LARGEST_ANSWER = 64_000_000
FIRST_BACKOFF = 1.0
RETRIED_STATUS = (408, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Watch:
    """How the one who asks looks up while it waits.

    Parameters
    ----------
    checkpoint
        Called ten times a second; what it raises ends the request at once.
    tell
        Takes a line for the log: what is being waited for.
    """

    checkpoint: Callable[[], None] = lambda: None
    tell: Callable[[str], None] = lambda line: None


@dataclass(frozen=True, slots=True)
class Question:
    """One request.

    Parameters
    ----------
    facts
        The service.
    path
        Behind its address.
    parameters
        Of the query.
    good_for
        Seconds an answer may be used again when the service does not say.
    cost
        As how many requests the service counts it.
    accept
        Kind of answer that is wanted.
    """

    facts: SourceFacts
    path: str
    parameters: Mapping[str, str]
    good_for: float
    cost: float = 1.0
    accept: str = "application/json"


class Transport:
    """Asks online services; a context manager.

    Parameters
    ----------
    folder
        Where answers and counts are kept.
    services
        Addresses of own instances by source id, in place of the public ones.
    patience
        Longest wait for a service to connect, and to send the next part of an answer [s].
    """

    def __init__(
        self, folder: Path, services: Mapping[str, str] | None = None, patience: float = 30.0
    ) -> None:
        self._services = dict(services or {})
        for source, address in self._services.items():
            _check_address(source, address)
        self._cache = ResponseCache(folder / "answers")
        self._allowance = DailyAllowance(folder / "requests.json")
        self._patience = patience
        self._paces: dict[str, Pace] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="workbench transport", daemon=True
        )
        self._client: httpx.AsyncClient | None = None

    def __enter__(self) -> Transport:
        self._thread.start()
        self._client = self._run(self._open(), Watch())
        return self

    def __exit__(self, *_: object) -> None:
        client = self._client
        if client is not None:
            self._run(client.aclose(), Watch())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def get(self, question: Question, read: Callable[[bytes], Result], watch: Watch | None = None) -> Result:
        """Ask, or take an answer that is still good from the cache; blocks the calling thread.

        Parameters
        ----------
        question
            What to ask.
        read
            Makes of the body what is wanted; raises ValueError, KeyError, TypeError or IndexError for rubbish,
            which is never kept.
        watch
            How the caller looks up meanwhile.

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
        facts = question.facts
        base = self._services.get(facts.id, facts.address).rstrip("/")
        address = str(httpx.URL(base + question.path, params=dict(question.parameters)))
        kept = self._cache.find(facts.id, address)
        if kept is not None and kept.expires > time.time():
            with contextlib.suppress(ValueError, KeyError, TypeError, IndexError):
                return read(kept.body)
            kept = None
        said: deque[str] = deque()
        try:
            answer = self._run(self._ask_until_good(question, base, address, kept, said.append), watch, said)
        finally:
            _tell_all(said, watch)
        try:
            result = read(answer.body)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            shown = " ".join(answer.body[:120].decode("utf-8", "replace").split())
            raise SourceFailed(
                f"{facts.title} answered with what is no weather data of its kind ({type(error).__name__}: "
                f"{error}); it begins with {shown!r}.",
                facts.id,
                answer.status,
            ) from error
        if answer is not kept:
            self._cache.keep(facts.id, address, answer)
        return result

    def _run(self, work: Coroutine[Any, Any, Result], watch: Watch, said: deque[str] | None = None) -> Result:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            while True:
                try:
                    return future.result(timeout=BEAT)
                except concurrent.futures.TimeoutError:
                    if future.done():
                        return future.result()
                    if said is not None:
                        _tell_all(said, watch)
                    watch.checkpoint()
        except BaseException:
            # The connection is closed with the task, so that nothing goes on behind a cancelled run.
            future.cancel()
            raise

    async def _open(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=20, max_keepalive_connections=10)
        return httpx.AsyncClient(
            headers={"User-Agent": USER_AGENT}, timeout=self._patience, limits=limits, follow_redirects=True
        )

    async def _ask_until_good(
        self, question: Question, base: str, address: str, kept: Answer | None, tell: Callable[[str], None]
    ) -> Answer:
        facts = question.facts
        reason, status = "", None
        for attempt in range(facts.tries):
            try:
                answer = await self._ask(question, base, address, kept)
            except httpx.TimeoutException as error:
                reason, status = f"it did not answer within {self._patience:g} s ({_words(error)})", None
                wait = 0.0
                if attempt:  # a service that is slow twice will not be quick the third time
                    break
            except httpx.HTTPError as error:
                reason, status = f"the connection failed ({_words(error)})", None
                wait = _backoff(attempt)
            else:
                if answer.status < 300:
                    if answer.status == 203:
                        tell(
                            f"{facts.title} says that this version of its service is about to go (status 203)."
                        )
                    return answer
                status, reason = answer.status, _own_words(answer)
                if status not in RETRIED_STATUS or (status == 429 and not facts.patient):
                    break
                wait = _asked_wait(answer, attempt)
                if wait > LONGEST_WAIT:
                    reason += f"; it asks to wait {wait:.0f} s, longer than {LONGEST_WAIT:.0f} s"
                    break
            if attempt + 1 < facts.tries:
                tell(
                    f"{facts.title}: {reason}; try {attempt + 2} of {facts.tries}"
                    + (f" in {wait:.1f} s." if wait else ".")
                )
                await asyncio.sleep(wait)
        if kept is not None and (status is None or status >= 429):
            age = (time.time() - kept.fetched) / 3600
            tell(f"{facts.title}: {reason}; its answer of {age:.1f} h ago is used instead.")
            return kept
        raise SourceFailed(f"{facts.title} gave no data: {reason}.", facts.id, status)

    async def _ask(self, question: Question, base: str, address: str, kept: Answer | None) -> Answer:
        assert self._client is not None
        service = urlsplit(base).netloc
        pace = self._paces.setdefault(service, Pace(question.facts.per_minute))
        await pace.wait(question.cost)
        await asyncio.to_thread(self._allowance.take, question.facts, service, question.cost)
        headers = {"Accept": question.accept, **(kept.conditions if kept else {})}
        async with self._client.stream("GET", address, headers=headers) as response:
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > LARGEST_ANSWER:
                    raise httpx.DecodingError(f"its answer is larger than {LARGEST_ANSWER / 1e6:.0f} MB")
            now = time.time()
            names = {name.lower(): value for name, value in response.headers.items()}
            until = expiry(names, now, question.good_for)
            if response.status_code == 304 and kept is not None:
                return Answer(kept.body, 200, now, until, {**kept.headers, **_validators(names)})
            if response.status_code < 300:
                return Answer(bytes(body), response.status_code, now, until, _validators(names))
            return Answer(bytes(body[:4000]), response.status_code, now, now, names)


def cost_of_days(days: int) -> float:
    """As how many requests Open-Meteo counts one for a period of ten variables: one for each two weeks begun."""
    return max(1.0, days / 14)


def _check_address(source: str, address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise SettingError(
            f"The address of {source} is {address!r}, expected one like https://weather.example.org.",
            "services",
            address,
        )


def _tell_all(said: deque[str], watch: Watch) -> None:
    while said:
        watch.tell(said.popleft())


def _validators(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in ("etag", "last-modified") if name in headers}


def _backoff(attempt: int) -> float:
    # A little chance keeps many clients from coming back in the same moment.
    return float(FIRST_BACKOFF * 2**attempt * random.uniform(0.8, 1.2))


def _asked_wait(answer: Answer, attempt: int) -> float:
    asked = answer.headers.get("retry-after", "").strip()
    if asked.isdecimal():
        return float(asked)
    if (moment := http_date(asked)) is not None:
        return max(0.0, moment - time.time())
    if answer.status == 429 and b"in one minute" in answer.body:
        return 60.0
    return _backoff(attempt)


def _own_words(answer: Answer) -> str:
    words = " ".join(answer.body.decode("utf-8", "replace").split())
    return f"it answered with status {answer.status}" + (f": {words[:200]}" if words else "")


def _words(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
