"""The exceptions that a caller may handle.

    SpecialistError
    |-- ChangedError     a run was cut off, and since then its input has changed: the user chooses
    |-- ConfigError      a setting or an argument is wrong
    |-- DocumentError    the input folder cannot be used
    |-- ModelError       the chat model gave no usable answer; `status` says why
    |-- OutputError      a file cannot be written
    |-- SandboxError     no database server can be had, or it died
    `-- StateError       the state of a run, which a person may edit, cannot be used

A bad design is not an exception: it is a report. Each message is one line that names the file or the
setting and the remedy.
"""

from __future__ import annotations

from typing import Literal

ModelStatus = Literal["llm_unavailable", "refused", "budget_exhausted"]
"""The provider cannot be reached or gives no usable answer; the model declines; a cap of the run is reached."""


class SpecialistError(RuntimeError):
    """Base of all errors that are raised on purpose.

    LangGraph's server passes on the message of the built-in errors and their kin alone; of any other it says nothing
    but its class, and a person in Studio would not learn what to do.
    """


class ChangedError(SpecialistError):
    """A run was cut off, and since then its input has changed: whether to go on with it is the user's to say."""


class ConfigError(SpecialistError):
    """A setting or an argument is wrong."""


class DocumentError(SpecialistError):
    """The input folder cannot be used."""


class ModelError(SpecialistError):
    """The chat model gave no usable answer."""

    def __init__(self, message: str, *, status: ModelStatus) -> None:
        super().__init__(message)
        self.status = status


class OutputError(SpecialistError):
    """A file cannot be written."""


class SandboxError(SpecialistError):
    """No database server can be had, or the one we had died."""


class StateError(SpecialistError):
    """The state of a run cannot be used: what a person put into it is no part of a design, or a part of it is lost."""
