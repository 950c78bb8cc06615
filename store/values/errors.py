"""What can go wrong with the store. Each of these stops the command; none concerns one file."""

from __future__ import annotations


class StoreError(Exception):
    """The index cannot be used. The message says what happened, where, and what to do."""


class StoreBusy(StoreError):
    """Another process holds the writer lock."""


class StoreFull(StoreError):
    """The disk that holds the index is full or cannot be written."""


class StoreDamaged(StoreError):
    """Stored bytes do not match their checksum or do not fit together; `what` says which."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}; your documents are untouched: "
            "run `thimble doctor` to make anew from them what is damaged"
        )
        self.what = what


class StoreForeign(StoreError):
    """The file at the index's place is not a thimble index."""


class StoreTooNew(StoreError):
    """The index was written by a newer version of the program."""


class BadQuery(StoreError):
    """The query cannot be answered as it is, for instance a regular expression that is wrong."""


class ModelMismatch(StoreError):
    """The index was built by another index model than the one in use."""
