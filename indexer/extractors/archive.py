"""Archives (ZIP and tar, packed or not): the names of their members. Nothing is unpacked."""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from lzma import LZMAError
from typing import BinaryIO

from ..document import Unreadable
from ..extract import Builder, Extract, one_line

_MOST_MEMBERS = 100_000
_NAMES_AT_ONCE = 64
_MOST_TAR_BYTES = 2**30
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, LZMAError, EOFError, OSError)


def extract(file: BinaryIO, name: str) -> Extract:
    """List an archive; `name` is its title."""
    builder = Builder("archive")
    builder.add_heading(name, 1)
    listing = _tar_names if zipfile.is_zipfile(file) is False else _zip_names
    file.seek(0)
    try:
        names = iter(sorted(islice(listing(file), _MOST_MEMBERS)))
    except (*_BROKEN, struct.error, ValueError, RuntimeError, OverflowError) as error:
        raise Unreadable(
            f"damaged: no archive that can be listed ({error})", failed=True
        ) from error
    held = False
    while some := [*islice(names, _NAMES_AT_ONCE)]:
        builder.add("\n".join(map(one_line, some)))
        held = True
    if not held:
        raise Unreadable("an empty archive")
    return builder.finish()


def _zip_names(file: BinaryIO) -> Iterable[str]:
    names = (one.filename for one in zipfile.ZipFile(file).infolist())
    return (name for name in names if not name.endswith("/"))


def _tar_names(file: BinaryIO) -> Iterator[str]:
    """Yield member names, unpacking the stream piece by piece and keeping nothing of it."""
    passed = 0
    try:
        tar = tarfile.open(fileobj=file, mode="r|*")
    except TypeError as error:  # a gzip header that ends too early
        raise EOFError from error
    with tar:
        for member in tar:
            passed += member.size
            if passed > _MOST_TAR_BYTES:
                raise Unreadable("unpacks to too much to be listed")
            if member.isfile():
                yield member.name
            tar.members = []  # type: ignore[attr-defined]  # else all stay in memory
