"""The config of a run on its way to other processes: pickled once, and read where it is first asked for."""

from __future__ import annotations

from typing import Any

import cloudpickle

from workbench.runs.model.signals import describe_error

__all__ = ["PickledConfig", "SentConfig"]


class PickledConfig:
    """Pickles a config, once for as long as it is the same object; empty where it cannot be pickled.

    Attributes
    ----------
    failure
        Why it cannot be pickled.
    """

    def __init__(self) -> None:
        self._config: Any = None
        self._pickled = b""
        self.failure = ""

    def of(self, config: Any) -> bytes:
        """Give the pickled config."""
        if config is not self._config:
            self._config, self._pickled, self.failure = config, b"", ""
            try:
                self._pickled = cloudpickle.dumps(config, protocol=5)
            except Exception as error:  # noqa: BLE001 - whatever the classes inside raise
                self.failure = describe_error(error)
        return self._pickled


class SentConfig:
    """A config that another process has sent.

    It is read when it is asked for: by then the modules that it needs can be found.
    """

    def __init__(self) -> None:
        self._pickled = b""
        self._read: tuple[bytes, Any] = (b"", None)

    @property
    def is_empty(self) -> bool:
        """Whether none has arrived."""
        return not self._pickled

    def take(self, pickled: bytes) -> None:
        """Take what has arrived."""
        self._pickled = pickled

    @property
    def value(self) -> Any:
        """The config; None where it could not be sent."""
        pickled = self._pickled
        if self._read[0] != pickled:
            self._read = pickled, cloudpickle.loads(pickled)
        return self._read[1]
