"""Archives (ZIP, 7z, RAR and tar, packed or not): the names of their members.

Nothing of them is unpacked but what a list cannot be had without.
"""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from lzma import LZMAError
from typing import BinaryIO

import rarfile

from ..document import Unreadable
from ..extract import Builder, Extract, one_line
from . import sevenzip

_MOST_MEMBERS = 100_000
_NAMES_AT_ONCE = 64
_MOST_TAR_BYTES = 2**30
_BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, rarfile.Error, zlib.error, LZMAError, EOFError),
    *(OSError, struct.error, ValueError, RuntimeError, OverflowError),
)
_RAR = b"Rar!\x1a\x07"


def extract(file: BinaryIO, name: str) -> Extract:
    """List an archive; `name` is its title."""
    builder = Builder("archive")
    builder.add_heading(name, 1)
    listing = _listing(file)
    file.seek(0)
    try:
        names = iter(sorted(islice(listing(file), _MOST_MEMBERS)))
    except _BROKEN as error:
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


def _listing(file: BinaryIO) -> Callable[[BinaryIO], Iterable[str]]:
    """Return what lists an archive that begins like this one."""
    head = file.read(len(_RAR))
    if head == sevenzip.SIGNATURE:
        return sevenzip.names
    if head == _RAR:
        return _rar_names
    return _zip_names if zipfile.is_zipfile(file) else _tar_names


def _rar_names(file: BinaryIO) -> list[str]:
    """Return member names of one volume; what follows in others is in other files."""
    archive = rarfile.RarFile(file, part_only=True)
    members = archive.infolist()
    if not members and archive.needs_password():
        raise Unreadable("is encrypted (a password is needed)")
    return [one.filename for one in members if one.is_file()]


def _zip_names(file: BinaryIO) -> Iterable[str]:
    names = (one.filename for one in zipfile.ZipFile(file).infolist())
    return (name for name in names if not name.endswith("/"))


def _tar_names(file: BinaryIO) -> Iterator[str]:
    """Yield member names, unpacking the stream piece by piece and keeping nothing of it."""
    passed = 0
    try:
        tar = tarfile.open(fileobj=file, mode="r|*")  # noqa: SIM115 (closed below)
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
