"""``workbench completion``: what a shell needs to complete commands, options, jobs, settings and runs."""

from __future__ import annotations

import argparse
import contextlib

from workbench.cli.exit_codes import ExitCode
from workbench.cli.parser import make_parser

TYPE_CHECKING = False  # a shell waits for this: only what is needed is imported

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["completion", "suggestions"]

SCRIPTS = {
    "bash": """\
_workbench() {
    local IFS=$'\\n'
    COMPREPLY=($(workbench completion --for "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o bashdefault -o default -F _workbench workbench""",
    "zsh": """\
#compdef workbench
_workbench() {
    local -a found
    found=("${(@f)$(workbench completion --for "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n "${found[*]}" ]]; then compadd -- $found; else _files; fi
}
compdef _workbench workbench""",
    "fish": """\
function __workbench
    set -l words (commandline -opc) (commandline -ct)
    workbench completion --for $words[2..-1] 2>/dev/null
end
complete -c workbench -a '(__workbench)'""",
}
"""Each asks the command itself, so that what it offers is what there is; where nothing is offered, files are."""


def completion(options: argparse.Namespace) -> int:
    """Print the script for a shell."""
    print(SCRIPTS[options.shell])  # noqa: T201
    return ExitCode.SUCCEEDED


def suggestions(words: Sequence[str]) -> list[str]:
    """Give what can take the place of the last word, sorted; nothing where that is a file, or any other text."""
    *before, last = words or [""]
    parser, before = _parser_of(make_parser(), before)
    option = _open_option(parser, before)
    if option is not None:
        found = _values(option, before)
    elif last.startswith("-"):
        found = [
            name for action in parser._actions for name in action.option_strings if name.startswith("--")
        ]
    else:
        place = _positionals(parser, before)
        found = [] if place is None else _values(place, before)
    return sorted({word for word in found if word.startswith(last)})


def _parser_of(
    parser: argparse.ArgumentParser, words: list[str]
) -> tuple[argparse.ArgumentParser, list[str]]:
    for at, word in enumerate(words):
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction) and word in action.choices:
                return action.choices[word], words[at + 1 :]
    return parser, words


def _takes_value(action: argparse.Action) -> bool:
    return action.nargs != 0


def _option_named(parser: argparse.ArgumentParser, word: str) -> argparse.Action | None:
    return next((action for action in parser._actions if word in action.option_strings), None)


def _open_option(parser: argparse.ArgumentParser, before: list[str]) -> argparse.Action | None:
    """Find the option that the last word is the value of."""
    option = _option_named(parser, before[-1]) if before else None
    return option if option is not None and _takes_value(option) else None


def _positionals(parser: argparse.ArgumentParser, before: list[str]) -> argparse.Action | None:
    """Find the positional argument that the last word is."""
    given, skip = 0, False
    for word in before:
        option = _option_named(parser, word)
        if not skip and option is None and not word.startswith("-"):
            given += 1
        skip = option is not None and _takes_value(option)
    places = [action for action in parser._actions if not action.option_strings]
    return places[given] if given < len(places) else None


def _values(action: argparse.Action, before: list[str]) -> Iterable[str]:
    if action.choices is not None:
        return list(map(str, action.choices))
    if action.dest in ("job", "domain"):
        from workbench.runs.jobs.registry import known_jobs

        return known_jobs()
    # What is only helpful must not disturb the line that is being typed.
    with contextlib.suppress(Exception):
        if action.dest == "settings" and before:
            return _settings(before[0])
        if action.dest == "run":
            return _runs(_value_of("--project", before))
    return []


def _settings(job: str) -> list[str]:
    from workbench.runs.jobs.registry import find_job
    from workbench.runs.model.settings import settings_of

    return [f"{item.name}=" for item in settings_of(find_job(job).config_type)]


def _runs(folder: str | None) -> list[str]:
    import os

    from workbench.data.projects.project import Project
    from workbench.runs import runs

    project = Project.open(folder or os.environ.get("WORKBENCH_PROJECT") or ".")
    return [record.id for record in runs(project, limit=50)]


def _value_of(option: str, words: list[str]) -> str | None:
    at = words.index(option) + 1 if option in words else len(words)
    return words[at] if at < len(words) else None
