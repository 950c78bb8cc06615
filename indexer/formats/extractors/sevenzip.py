"""7z archives: the names of their members, from the header alone.

The header lies at the end of the file and is mostly packed itself, by LZMA; nothing else of an
archive is unpacked. The format is described in `7zFormat.txt` of the LZMA SDK (public domain).
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..document import Unreadable
from .header_bytes import HeaderBytes

SIGNATURE = b"7z\xbc\xaf\x27\x1c"

_START = struct.Struct("<6s2xIQQI")
_START_CHECKED = 12
"""Where the part of the start begins that its CRC-32 is of."""
_MOST_HEADER_BYTES = 32 * 2**20
_MOST_WRAPPINGS = 4
"""Headers packed in packed headers; 7-Zip writes one."""

_END, _HEADER, _PROPERTIES, _MORE_STREAMS, _STREAMS, _FILES = range(6)
_PACKED, _UNPACKED, _SUBSTREAMS, _SIZES, _CHECKSUMS, _FOLDERS, _UNPACKED_SIZES = range(6, 13)
_STREAM_COUNTS, _WITHOUT_STREAM, _EMPTY_FILES = range(13, 16)
_NAMES, _PACKED_HEADER = 17, 23
"""What a part of a header is."""
_METHOD_BYTES, _IS_COMPLEX, _HAS_PROPERTIES = 0x0F, 0x10, 0x20
_COPY, _LZMA, _LZMA2, _AES = b"\0", b"\3\1\1", b"\x21", b"\6\xf1\7\1"


def names(file: BinaryIO) -> list[str]:
    """Return the names of the files in an archive.

    Raises ValueError, EOFError or lzma.LZMAError if it is damaged, Unreadable if it is encrypted.
    """
    header = HeaderBytes(_outer_header(file))
    for _ in range(_MOST_WRAPPINGS):
        mark = header.number() if header.left else _END
        if mark != _PACKED_HEADER:
            return _files(header, mark)
        header = HeaderBytes(_unpack(file, _streams(header)))
    raise ValueError("its header is packed again and again")


def _outer_header(file: BinaryIO) -> bytes:
    start = file.read(_START.size)
    if len(start) < _START.size:
        raise EOFError("it ends too early")
    _, checksum, at, size, header_checksum = _START.unpack(start)
    if zlib.crc32(start[_START_CHECKED:]) != checksum:
        raise ValueError("its start is damaged")
    header = _read(file, at, size)
    if zlib.crc32(header) != header_checksum:
        raise ValueError("its header is damaged")
    return header


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    """Return bytes of the file, counted from the end of its start."""
    if size > _MOST_HEADER_BYTES:
        raise ValueError("its header is too large")
    file.seek(_START.size + at)
    data = file.read(size)
    if len(data) < size:
        raise EOFError("it ends too early")
    return data


def _unpack(file: BinaryIO, streams: Streams) -> bytes:
    """Unpack a header."""
    coders = streams.folders[0].coders if streams.folders else ()
    if any(coder.method == _AES for coder in coders):
        raise Unreadable("is encrypted (a password is needed)")
    if len(coders) != 1 or not streams.sizes or not streams.folders[0].sizes:
        raise ValueError("its header is packed in an unknown way")
    data, size = _read(file, streams.at, streams.sizes[0]), streams.folders[0].sizes[0]
    if size > _MOST_HEADER_BYTES:
        raise ValueError("its header is too large")
    if coders[0].method == _COPY:
        return data
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[_filter(coders[0], size)])
    return unpacker.decompress(data, size)


def _filter(coder: Coder, size: int) -> dict[str, Any]:
    """Return what LZMA needs to know; a dictionary larger than the output is never needed."""
    if coder.method == _LZMA:
        packed, dictionary = struct.unpack("<BI", HeaderBytes(coder.properties).take(5))
        pb, rest = divmod(packed, 45)
        lp, lc = divmod(rest, 9)
        fields = {"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb}
    elif coder.method == _LZMA2:
        steps = HeaderBytes(coder.properties).byte()
        dictionary = (2 | steps & 1) << min(steps // 2 + 11, 32)
        fields = {"id": lzma.FILTER_LZMA2}
    else:
        raise ValueError("its header is packed in an unknown way")
    return {**fields, "dict_size": max(4096, min(dictionary, size))}


def _files(header: HeaderBytes, mark: int) -> list[str]:
    """Return the names of the files that a header lists."""
    if mark == _END:
        return []  # an archive of nothing has no header
    if mark != _HEADER:
        raise ValueError("its header is of an unknown kind")
    mark = header.number()
    if mark == _PROPERTIES:
        while header.number():
            header.take(header.number())
        mark = header.number()
    for section in (_MORE_STREAMS, _STREAMS):
        if mark == section:
            _streams(header)
            mark = header.number()
    return _listed(header) if mark == _FILES else []


def _listed(header: HeaderBytes) -> list[str]:
    count = header.number()
    names: list[str] = []
    without: Sequence[bool] = ()
    files: Sequence[bool] = ()
    while mark := header.number():
        part = HeaderBytes(header.take(header.number()))
        if mark == _NAMES and not part.byte():
            names = part.take(part.left).decode("utf-16-le", "replace").split("\0")[:count]
        elif mark == _WITHOUT_STREAM:
            without = part.bits(count)
        elif mark == _EMPTY_FILES:
            files = part.bits(sum(without))
    # What has no data is a folder, unless it is an empty file.
    emptiness = iter(files)
    folders = [no_data and not next(emptiness, False) for no_data in without]
    folders += [False] * (len(names) - len(folders))
    return [name for name, is_folder in zip(names, folders, strict=False) if not is_folder]


def _streams(header: HeaderBytes) -> Streams:
    """Read a section on streams; it has to be, to get to what lies behind it."""
    at = 0
    sizes: tuple[int, ...] = ()
    folders: list[Folder] = []
    mark = header.number()
    if mark == _PACKED:
        at, count = header.number(), header.number()
        for part in _parts(header):
            if part == _SIZES:
                sizes = header.numbers(count)
            elif part == _CHECKSUMS:
                header.checksums(count)
        mark = header.number()
    if mark == _UNPACKED:
        folders = _folders(header)
        mark = header.number()
    if mark == _SUBSTREAMS:
        _pass_substreams(header, folders)
        mark = header.number()
    if mark != _END:
        raise ValueError("its header makes no sense")
    return Streams(at, sizes, tuple(folders))


def _parts(header: HeaderBytes) -> Iterator[int]:
    """Yield the marks of the parts of a section until its end."""
    while mark := header.number():
        if mark not in (_SIZES, _CHECKSUMS, _FOLDERS, _UNPACKED_SIZES, _STREAM_COUNTS):
            raise ValueError("its header makes no sense")
        yield mark


def _folders(header: HeaderBytes) -> list[Folder]:
    folders: list[Folder] = []
    for part in _parts(header):
        if part == _FOLDERS:
            count = header.number()
            if header.byte():
                raise ValueError("its header is spread over the file")
            folders = [_folder(header) for _ in header.counted(count)]
        elif part == _UNPACKED_SIZES:
            for folder in folders:
                folder.sizes = header.numbers(folder.outputs)
        elif part == _CHECKSUMS:
            for folder, has_checksum in zip(folders, header.checksums(len(folders)), strict=True):
                folder.has_checksum = has_checksum
    return folders


def _folder(header: HeaderBytes) -> Folder:
    """Read how a stream was packed: the steps, and how they hang together."""
    coders = []
    inputs = outputs = 0
    for _ in header.counted(header.number()):
        flags = header.byte()
        method = header.take(flags & _METHOD_BYTES)
        more_inputs, more_outputs = header.numbers(2) if flags & _IS_COMPLEX else (1, 1)
        properties = header.take(header.number()) if flags & _HAS_PROPERTIES else b""
        coders.append(Coder(method, properties))
        inputs, outputs = inputs + more_inputs, outputs + more_outputs
    pairs = max(outputs - 1, 0)
    header.numbers(2 * pairs)
    if inputs - pairs > 1:
        header.numbers(inputs - pairs)
    return Folder(tuple(coders), outputs)


def _pass_substreams(header: HeaderBytes, folders: Sequence[Folder]) -> None:
    counts: Sequence[int] = [1] * len(folders)
    for part in _parts(header):
        if part == _STREAM_COUNTS:
            counts = header.numbers(len(folders))
        elif part == _SIZES:
            for count in counts:
                header.numbers(max(count - 1, 0))
        elif part == _CHECKSUMS:
            known = (one.has_checksum for one in folders)
            pairs = zip(counts, known, strict=True)
            header.checksums(sum(count for count, is_known in pairs if count != 1 or not is_known))


@dataclass(frozen=True, slots=True)
class Coder:
    """A step of packing."""

    method: bytes
    properties: bytes


@dataclass(slots=True)
class Folder:
    """How some data was packed, as far as the header has told."""

    coders: tuple[Coder, ...]
    outputs: int
    sizes: tuple[int, ...] = ()
    """Of what each step unpacks to."""
    has_checksum: bool = False


@dataclass(frozen=True, slots=True)
class Streams:
    """Where packed data lies, counted from the end of the file's start, and how it was packed."""

    at: int
    sizes: tuple[int, ...]
    folders: tuple[Folder, ...]
