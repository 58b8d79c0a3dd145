"""Telling the browser what a run does: coalesced, bounded in messages and bytes, complete in the end.

One thread per panel. The first event after a quiet time is sent at once; after that a message goes out at most
every ``SEND_SECONDS`` and no faster than ``BYTES_PER_SECOND``, however many events there are. Each message holds
what has changed and the newest log lines; every few seconds everything is told again, so that whatever the way
to the browser dropped is repaired without a request. Where nothing has changed for half a second, a sign of life is
sent, so that a page knows within two seconds that nobody is there any more. The end of the run is told until it is
confirmed.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from workbench.runs.engine.run import Run
from workbench.runs.model.settings import Setting
from workbench.runs.overview.summary import Summary
from workbench.ui.base import guarded, sentence_of
from workbench.ui.panel.browser_messages import BrowserMessage
from workbench.ui.panel.clients import Clients
from workbench.ui.panel.log_pages import line_for_screen
from workbench.ui.panel.requests import Reply, Requests
from workbench.ui.panel.sections import (
    Sections,
    SentSections,
    adjustable_settings,
    chosen_settings,
    gravest_notes,
    sections_of,
    silence_of,
)

__all__ = ["Publisher"]

SEND_SECONDS = 0.085
BYTES_PER_SECOND = 90_000
SECTION_BYTES = 5_000
TAIL_BYTES = 6_000
TAIL_LINES = 100
POLL_SECONDS = 0.12
REPEAT_SECONDS = 2.0
"""How often everything is told again while the run is active."""
REPEATED_BYTES_PER_SECOND = 10_000
MAX_REPEAT_SECONDS = 8.0
ALIVE_SECONDS = 0.5
"""A page that hears nothing for 1.6 s says so."""
OWNER_SECONDS = 0.5
"""How often it is looked whether the process of a followed run is there."""
CONFIRM_TRIES = 7
"""The end is told again after 1, 2, 4 … seconds, so many times."""
LINGER_SECONDS = 1.0
UNHEARD_SECONDS = 150.0
"""A page says every 20 s that it is there; one in the background may be held to once a minute."""
UNWATCHED_SECONDS = 5.0
"""Where no page is open, the server keeps every message for a page that comes back: so there are few."""
MAX_PROBLEM_CHARACTERS = 2_000
MAX_WAITING = 500
"""Questions of browsers that may wait; no user asks more."""


class Publisher:
    """Sends what happens in one run to the browser and answers its questions.

    Parameters
    ----------
    run
        The run.
    send
        Gives one message, with binary parts, to every page that shows the panel; called from one thread.
    """

    def __init__(self, run: Run, send: Callable[[dict[str, Any], list[bytes]], None]) -> None:
        self._run = run
        self._send = send
        self._clients = Clients(run)
        self._requests = Requests(run, self._clients, self._settings_now, self._answer_soon)
        self._told = SentSections()
        self._settings: dict[str, Setting] | None = None
        self._chosen: list[str] = []
        self._problems: dict[str, str] = {}
        self._inbox: deque[BrowserMessage] = deque()
        self._outbox: deque[Reply] = deque()
        self._happened = threading.Event()
        self._told_of_event = False
        self._asked = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._number = 0
        self._next_send = self._next_repeat = self._next_look = self._next_sign = 0.0
        self._owner = ""
        self._notes: list[list[str]] = []
        self._last_heard = time.monotonic()
        self._tries = 0
        self._complete = False
        self._ended = False
        run.add_listener(self._event_happened)
        self._wake()

    def take(self, message: BrowserMessage) -> None:
        """Take a message from a browser; it is answered by the publisher's own thread."""
        if len(self._inbox) >= MAX_WAITING:
            return
        if not self._is_watched():
            self._next_send = 0.0
        self._last_heard = time.monotonic()
        self._inbox.append(message)
        self._wake()

    def show_problem(self, sentence: str) -> None:
        """Show an error in the strip under the panel, wherever it is open."""
        self._problems[str(len(self._problems))] = sentence[:MAX_PROBLEM_CHARACTERS]
        self._wake()

    def close(self) -> None:
        """Send nothing more."""
        self._closed = True
        self._run.remove_listener(self._event_happened)
        self._asked.set()
        self._happened.set()

    def _event_happened(self) -> None:
        # Called from the work, up to a million times a second: setting an Event each time would be expensive.
        if not self._told_of_event:
            self._told_of_event = True
            self._happened.set()

    def _answer_soon(self, answer: Reply) -> None:
        self._outbox.append(answer)
        self._wake()

    def _wake(self) -> None:
        self._asked.set()
        self._happened.set()
        with self._starting:
            if self._thread is None and not self._closed:
                name = f"workbench panel {self._run.id}"
                self._thread = threading.Thread(target=self._work, name=name, daemon=True)
                self._thread.start()

    # the thread

    def _work(self) -> None:
        while not self._closed:
            self._happened.wait(self._idle_seconds())
            while not self._closed and (delay := self._next_send - time.monotonic()) > 0:
                # Questions are answered at once, also while the next update has to wait.
                if self._asked.wait(delay):
                    self._guarded(self._serve)
            self._happened.clear()
            self._told_of_event = False
            self._guarded(self._serve)
            self._guarded(self._publish)
            if self._may_rest():
                return

    def _guarded(self, step: Callable[[], None]) -> None:
        # A panel that ends silently would show a stale run as live.
        guarded(step, self._note_failure)

    def _note_failure(self, error: BaseException) -> None:
        sentence = sentence_of(error)[:MAX_PROBLEM_CHARACTERS]
        if sentence not in self._problems.values():
            self._problems[str(len(self._problems))] = sentence
        self._next_send = time.monotonic() + 1.0

    def _idle_seconds(self) -> float:
        if not self._complete:
            return 0.0
        now = time.monotonic()
        if self._ended:
            return LINGER_SECONDS if self._is_settled() else max(0.0, self._next_repeat - now)
        soonest = min(self._next_repeat, self._next_sign) if self._is_watched() else self._next_repeat
        idle = max(0.0, soonest - now)
        return idle if self._run.is_here else min(POLL_SECONDS, idle)

    def _is_settled(self) -> bool:
        return self._clients.all_confirmed or self._tries >= CONFIRM_TRIES

    def _may_rest(self) -> bool:
        if not (self._ended and self._complete and self._is_settled()):
            return False
        if self._asked.wait(LINGER_SECONDS):
            return False
        with self._starting:
            if self._inbox or self._outbox:
                return False
            self._thread = None
            return True

    # answers

    def _serve(self) -> None:
        self._asked.clear()
        while self._inbox:
            wants_everything = self._requests.take(self._inbox.popleft())
            if wants_everything:
                self._tell_everything_again()
                self._tries = 0
        while self._outbox:
            answer = self._outbox.popleft()
            self._send(answer.content, answer.buffers)

    # updates

    def _publish(self) -> None:
        now = time.monotonic()
        self._look_for_owner(now)
        summary = self._run.summary()
        if (summary.state.is_final and not self._ended) or (self._complete and self._is_repeat_due(now)):
            self._tell_everything_again()
            self._tries += self._ended
            if summary.state.is_final and not self._ended:
                self._notes = gravest_notes(self._run, summary)
            self._ended = summary.state.is_final
        message = self._message(self._sections(summary))
        if message is not None:
            size = len(json.dumps(message, ensure_ascii=False).encode("utf-8", "replace"))
            self._send(message, [])
            pause = SEND_SECONDS if self._is_watched() or self._ended else UNWATCHED_SECONDS
            self._next_send = time.monotonic() + max(pause, size / BYTES_PER_SECOND)
            self._next_sign = time.monotonic() + ALIVE_SECONDS
        elif not self._ended and self._is_watched() and now >= self._next_sign:
            self._send({"kind": "alive"}, [])
            self._next_sign = now + ALIVE_SECONDS
        if self._settings is None:
            # After the first message: knowing a job's settings may mean importing it.
            self._settings = {} if self._ended else adjustable_settings(self._run)
            self._chosen = chosen_settings(self._run)
            self._happened.set()

    def _tell_everything_again(self) -> None:
        self._told.clear()
        self._clients.clear_sent()
        self._complete = False

    def _is_watched(self) -> bool:
        return time.monotonic() - self._last_heard < UNHEARD_SECONDS

    def _settings_now(self) -> dict[str, Setting]:
        return self._settings or {}

    def _sections(self, summary: Summary) -> Sections:
        sections = sections_of(self._run, summary, self._settings or {})
        sections["facts"] |= {
            "owner": "" if self._ended else self._owner,
            "notes": self._notes,
            "chosen": self._chosen,
        }
        sections["problems"] = dict(self._problems)
        return sections

    def _is_repeat_due(self, now: float) -> bool:
        if now < self._next_repeat or (self._ended and self._is_settled()):
            return False
        self._next_repeat = now + REPEAT_SECONDS
        return True

    def _message(self, sections: Sections) -> dict[str, Any] | None:
        changes, complete = self._told.changes(sections, SECTION_BYTES)
        logs = self._tails()
        if complete and not self._complete:
            self._plan_repeat(sections)
        self._complete = complete
        if not changes and not logs:
            return None
        self._number += 1
        return {
            "kind": "update",
            "n": self._number,
            "now": round(time.time(), 3),
            "sections": changes,
            "logs": logs,
            "confirm": self._ended and complete,
        }

    def _plan_repeat(self, sections: Sections) -> None:
        seconds = len(json.dumps(sections)) / REPEATED_BYTES_PER_SECOND
        seconds = min(max(REPEAT_SECONDS, seconds), MAX_REPEAT_SECONDS)
        if self._ended:
            seconds = 2.0**self._tries
        self._next_repeat = time.monotonic() + seconds

    def _tails(self) -> dict[str, list[Any]]:
        logs = {}
        watched = self._clients.watched_logs()
        for log in watched:
            told = self._clients.sent.get(log.filter.key)
            total, lines = log.newest(TAIL_LINES, told or 0)
            if told == total:
                continue
            rows: list[list[Any]] = []
            budget = TAIL_BYTES // len(watched)
            for line in reversed(lines):
                row = line_for_screen(line)
                budget -= len(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))
                if budget < 0 and rows:
                    break
                rows.append(row)
            rows.reverse()
            logs[log.filter.key] = [total, total - len(rows), rows]
            self._clients.sent[log.filter.key] = total
        return logs

    def _look_for_owner(self, now: float) -> None:
        if not self._run.is_here and not self._ended and now >= self._next_look:
            # Reading the record is what notices that the process of a followed run is gone.
            self._next_look = now + OWNER_SECONDS
            self._owner = silence_of(self._run.record, time.time())
