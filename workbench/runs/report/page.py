"""The report of a run as one HTML file: charts drawn here, a replay and the log by a small script inside."""

from __future__ import annotations

import base64
import gzip
import html
import json
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.runs.model.states import StageState
from workbench.runs.overview.run_report import RunReport
from workbench.runs.overview.summary import StageSummary

__all__ = ["page_of_report"]

MAX_LINES = 200_000
FIRST_LINES = 1_000
"""Of a longer log, so many lines of its beginning are kept, and the rest of its end."""
MAX_STAGES = 1_500
MAX_LINE_LENGTH = 2_000

_FOLDER = Path(__file__).parent
_LEVELS = {"debug": 0, "info": 1, "warning": 2, "error": 3}
_TIME_STEPS = (
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    20,
    30,
    60,
    120,
    300,
    600,
    1200,
    1800,
    3600,
    7200,
    14400,
    43200,
    86400,
)


def page_of_report(report: RunReport) -> str:
    """Write a report as a page that needs nothing else; everything from the run is escaped."""
    template = (_FOLDER / "page.html").read_text(encoding="utf-8")
    span = max(report.end - report.begin, 0.001)
    lines, note = _lines(report)
    headings = [report.summary.damage, *report.summary.cautions]
    parts = {
        "cautions": "".join(f"<p>{html.escape(text)}</p>" for text in headings if text),
        "title": html.escape(f"{report.record.title}, {report.record.scenario}"),
        "head": _head(report),
        "axis": _axis(span),
        "stages": _stages(report, span),
        "usage": _usage(report, span),
        "facts": _facts(report),
        "note": html.escape(note),
        "data": _packed(_replay(report, lines)),
        "style": (_FOLDER / "page.css").read_text(encoding="utf-8"),
        "script": (_FOLDER / "page.js").read_text(encoding="utf-8"),
    }
    pieces = template.split("{{")
    # Pasted piece by piece: what a run has written cannot be taken for a placeholder.
    made = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        made += [parts[name], rest]
    return "".join(made)


def _lines(report: RunReport) -> tuple[list[list[Any]], str]:
    total = report.line_count
    if total <= MAX_LINES:
        return [_line(line, report.begin) for line in report.lines()], ""
    newest = total - (MAX_LINES - FIRST_LINES)
    rows = [_line(line, report.begin) for line in report.lines(0, FIRST_LINES)]
    rows += [_line(line, report.begin) for line in report.lines(newest)]
    left_out = newest - FIRST_LINES
    return rows, (
        f"The log has {total:,} lines; {left_out:,} of its middle (from line {FIRST_LINES + 1:,}) are left out "
        "here and are in the project's journal."
    )


def _line(line: Any, begin: float) -> list[Any]:
    return [round(line.time - begin, 3), _LEVELS[line.level], line.stage, line.message[:MAX_LINE_LENGTH]]


def _replay(report: RunReport, lines: list[list[Any]]) -> dict[str, Any]:
    begin = report.begin
    return {
        "begin": begin,
        # A little past the last moment, whose time is rounded.
        "span": report.end - begin + 0.002,
        "progress": [[round(moment - begin, 3), round(share, 4)] for moment, share in report.progress],
        "moments": [[round(moment.time - begin, 3), moment.kind, moment.text] for moment in report.moments],
        "stages": [
            [
                round(stage.started - begin, 3),
                None if stage.ended is None else round(stage.ended - begin, 3),
                stage.path,
            ]
            for stage in report.spans
        ],
        "lines": lines,
    }


def _packed(data: Mapping[str, Any]) -> str:
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return base64.b64encode(gzip.compress(plain, compresslevel=6)).decode("ascii")


def _head(report: RunReport) -> str:
    record = report.record
    reason = f'<p class="reason">{html.escape(record.reason)}</p>' if record.reason else ""
    details = "".join(f"<li>{html.escape(line)}</li>" for line in report.summary.details)
    details = f'<ul class="reason">{details}</ul>' if details else ""
    return (
        f'<span class="badge" data-state="{record.state}" data-cause="{record.cause}">{record.status}</span>'
        f"<h1>{html.escape(record.title)}</h1><span>{html.escape(record.scenario)}</span>"
        f"<code>{html.escape(record.id)}</code>{reason}{details}"
    )


def _axis(span: float) -> str:
    step = next((step for step in _TIME_STEPS if span / step <= 8), 86400 * math.ceil(span / 86400 / 8))
    marks = [number * step for number in range(int(span / step) + 1)]
    return "".join(
        f'<span class="tick" style="left:{mark / span:.4%}"><b>{_short_time(mark, step)}</b></span>'
        for mark in marks
    )


def _short_time(seconds: float, step: float) -> str:
    if step < 1:
        return f"{seconds:.1f} s"
    if step < 60:
        return f"{seconds:.0f} s" if seconds < 60 else f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"
    minutes = int(seconds) // 60
    return f"{minutes} min" if step < 3600 else f"{minutes // 60} h"


def _stages(report: RunReport, span: float) -> str:
    if not report.spans:
        return '<p class="none">The run has reported no stages.</p>'
    rows = [_stage_row(report, stage, span) for stage in report.spans[:MAX_STAGES]]
    if len(report.spans) > MAX_STAGES:
        rows.append(f'<p class="none">and {len(report.spans) - MAX_STAGES:,} more stages</p>')
    return "".join(rows)


def _stage_row(report: RunReport, stage: StageSummary, span: float) -> str:
    ended = report.end if stage.ended is None else stage.ended
    left, width = (stage.started - report.begin) / span, (ended - stage.started) / span
    depth = stage.path.count("/")
    seconds = f"{ended - stage.started:.1f} s"
    reason = (
        f"<em>{html.escape(stage.message)}</em>" if stage.state == StageState.FAILED and stage.message else ""
    )
    tip = html.escape(f"{stage.path}: {stage.state}, {seconds}. {stage.message}", quote=True)
    return (
        f'<div class="row" title="{tip}"><span class="name" style="padding-left:{depth * 14}px">'
        f'{html.escape(stage.title)}</span><span class="track"><i data-state="{html.escape(str(stage.state))}" '
        f'style="left:{left:.4%};width:{width:.4%}"></i></span>'
        f'<span class="seconds">{seconds}</span>{reason}</div>'
    )


def _usage(report: RunReport, span: float) -> str:
    if len(report.samples) < 2:
        return '<p class="none">The run was too short for CPU and memory to be sampled (every 2 s).</p>'
    begin = report.begin
    cores = [
        (later.time - begin, max(0.0, later.cpu_seconds - sample.cpu_seconds) / (later.time - sample.time))
        for sample, later in zip(report.samples, report.samples[1:], strict=False)
        if later.time > sample.time
    ]
    memory = [(sample.time - begin, sample.memory / 1e6) for sample in report.samples]
    return _curve("CPU [cores]", cores, span) + _curve("Memory [MB]", memory, span)


def _curve(title: str, points: Sequence[tuple[float, float]], span: float) -> str:
    top = _round_up(max(value for _, value in points))
    path = " ".join(f"{moment / span * 1000:.1f},{100 - value / top * 100:.2f}" for moment, value in points)
    first, last = points[0][0] / span * 1000, points[-1][0] / span * 1000
    return (
        f'<div class="row curve"><span class="name">{title}</span><span class="track">'
        '<svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{title} over time, at most {max(value for _, value in points):.3g}">'
        f'<polygon points="{first:.1f},100 {path} {last:.1f},100"/><polyline points="{path}"/></svg>'
        f'<b class="top">{top:g}</b><b class="bottom">0</b></span><span class="seconds"></span></div>'
    )


def _round_up(value: float) -> float:
    if value <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 2, 5, 10) if value <= step * size * (1 + 1e-9))


def _facts(report: RunReport) -> str:
    record = report.record
    run = {
        "Run": record.id,
        "Job": f"{record.title} ({record.job})",
        "Scenario": record.scenario,
        "State": f"{record.status}{f', cause: {record.cause}' if record.cause else ''}",
        "Reason": record.reason,
        "Requested": _moment(record.created),
        "Started": _moment(record.started),
        "Ended": _moment(record.ended),
        "Resumed from": record.resumed_from,
        "Package version": record.version,
        "Host": record.owner.host,
        "Process": record.owner.pid,
        "CPU time": None if report.summary.cpu_seconds is None else f"{report.summary.cpu_seconds:.1f} s",
    }
    metrics = [
        (metric.name, f"{metric.value:g} {metric.unit}".rstrip(), metric.stage)
        for metric in report.summary.metrics.values()
    ]
    inputs = [
        (item.get("title", ""), item.get("sha256", ""), item.get("path", ""))
        for item in report.summary.inputs
    ]
    files = [(item.get("title", ""), item.get("path", "")) for item in report.summary.artifacts]
    moments = [(f"{moment.time - report.begin:.2f} s", moment.text) for moment in report.moments]
    return "".join(
        (
            _table("Run", [(name, value) for name, value in run.items() if value]),
            _table(
                "Settings",
                [(name, json.dumps(value, ensure_ascii=False)) for name, value in record.config.items()],
            ),
            _table("Numbers", metrics),
            _table("Inputs: file, SHA-256, path", inputs),
            _table("Files written", files),
            _table("States and requests", moments),
            _table("State machine of the process", [(text,) for text in report.machine]),
        )
    )


def _table(title: str, rows: Iterable[Sequence[object]]) -> str:
    made = "".join(
        f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<section><h2>{html.escape(title)}</h2><table>{made}</table></section>" if made else ""


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(seconds))
