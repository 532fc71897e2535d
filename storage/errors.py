"""What the archive raises when it cannot be used at all.

ArchiveError
├── ArchiveMissing      there is no archive at this address
├── ArchiveOutdated     written by an older version: `ingest db upgrade`
├── ArchiveTooNew       written by a newer version than this one
├── NotAnArchive        the file is something else
├── ArchiveUnavailable  locked, read-only, full, damaged
├── BadAddress          the database URL cannot be one of an archive
└── BadStatement        SQL that cannot be run
"""

from __future__ import annotations


class ArchiveError(Exception):
    """One plain line that names the archive and what to do."""


class ArchiveMissing(ArchiveError):
    pass


class ArchiveOutdated(ArchiveError):
    pass


class ArchiveTooNew(ArchiveError):
    pass


class NotAnArchive(ArchiveError):
    pass


class ArchiveUnavailable(ArchiveError):
    pass


class BadAddress(ArchiveError):
    pass


class BadStatement(ArchiveError):
    pass
