"""The exceptions that a caller may handle.

    SpecialistError
    |-- ConfigError      a setting or an argument is wrong
    |-- DocumentError    the input folder cannot be used
    |-- OutputError      a file cannot be written
    `-- SandboxError     no database server can be had, or it died

A bad design is not an exception: it is a report. Each message is one line that names the file or the
setting and the remedy.
"""

from __future__ import annotations


class SpecialistError(Exception):
    """Base of all errors that are raised on purpose."""


class ConfigError(SpecialistError):
    """A setting or an argument is wrong."""


class DocumentError(SpecialistError):
    """The input folder cannot be used."""


class OutputError(SpecialistError):
    """A file cannot be written."""


class SandboxError(SpecialistError):
    """No database server can be had, or the one we had died."""
