"""What a unit has written on a worker: brought here where the folder is not shared, and looked for here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workbench.runs.cluster.attempt import Attempt
from workbench.runs.cluster.copied_folder import drop_call, read_part
from workbench.runs.cluster.link import ClusterLink
from workbench.runs.cluster.messages import CallResult
from workbench.runs.cluster.sent_files import put_in_place
from workbench.runs.model.units import UnitFiles

__all__ = ["with_written_files"]


def with_written_files(
    link: ClusterLink,
    files: UnitFiles | None,
    number: int,
    one: Attempt,
    result: CallResult,
    checkpoint: Callable[[], None],
) -> CallResult:
    """Have the files of a unit here before it counts as done; its result becomes an error where they are not.

    Parameters
    ----------
    link, files
        The cluster, and which files units use.
    number, one, result
        The call, and what it has come to.
    checkpoint
        Called between parts of files; what it raises leaves everything here as it was.
    """
    if result.kind != "result":
        return result
    if result.files and files is not None:

        def read(name: str, offset: int, size: int) -> bytes:
            part = link.call(result.worker, read_part, link.token, number, name, offset, size)
            assert isinstance(part, bytes)
            return part

        try:
            put_in_place(files, one.unit.key, result.files, read, checkpoint)
            link.call(result.worker, drop_call, link.token, number)
        except OSError as error:
            return _unfit(result, f"what it has written on {result.worker} has not arrived: {error}")
    if lost := one.lost_files():
        return _unfit(
            result,
            f"{result.worker} says that it has written {lost[0]}, which is not there on this machine: workers have "
            "to share the folder under the same path",
        )
    return result


def _unfit(result: CallResult, sentence: str) -> CallResult:
    return replace(result, kind="unfit", content=(sentence, ""))
