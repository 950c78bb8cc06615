"""From bytes to text and back, exactly: which codec a file is in, and where its characters lie.

For every decoded file, encoding `text` again gives the file's bytes, so a range of characters and
a range of bytes can stand for each other. Bytes that the codec cannot read are kept as lone
surrogates.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .document import Unreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that one's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNITS = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}

# Formats whose files may be made of harmless characters alone.
_TEXT_MAGIC = ((b"%PDF-", "PDF"), (b"{\\rtf", "RTF"), (b"%!PS-Adobe", "PostScript"))

# (offset, bytes, name for people); looked at only in files that are no clean text.
_MAGIC = (
    (0, b"PK\x03\x04", "ZIP archive or office document"),
    (0, b"PK\x05\x06", "ZIP archive"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old office document"),
    (0, b"\x89PNG", "PNG image"),
    (0, b"\xff\xd8\xff", "JPEG image"),
    (0, b"GIF8", "GIF image"),
    (0, b"II*\x00", "TIFF image"),
    (0, b"MM\x00*", "TIFF image"),
    (8, b"WEBP", "WebP image"),
    (8, b"WAVE", "WAV audio"),
    (8, b"AVI ", "AVI video"),
    (0, b"8BPS", "Photoshop image"),
    (0, b"BM", "bitmap image"),
    (0, b"ID3", "MP3 audio"),
    (0, b"OggS", "Ogg audio"),
    (0, b"fLaC", "FLAC audio"),
    (4, b"ftyp", "MP4 video"),
    (0, b"\x1a\x45\xdf\xa3", "Matroska video"),
    (0, b"SQLite format 3\x00", "SQLite database"),
    (0, b"\x7fELF", "program"),
    (0, b"MZ", "Windows program"),
    (0, b"\xcf\xfa\xed\xfe", "macOS program"),
    (0, b"\xca\xfe\xba\xbe", "Java class or macOS program"),
    (0, b"\x00asm", "WebAssembly"),
    (0, b"\x1f\x8b", "gzip archive"),
    (0, b"BZh", "bzip2 archive"),
    (0, b"\xfd7zXZ", "xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (0, b"Rar!", "RAR archive"),
    (257, b"ustar", "tar archive"),
    (0, b"wOF", "font"),
    (0, b"OTTO", "font"),
    (0, b"\x00\x01\x00\x00", "font"),
    (0, b"PAR1", "Parquet table"),
    (0, b"\x89HDF", "HDF5 data"),
    (0, b"AT&TFORM", "DjVu document"),
)

_SAMPLE_BYTES = 64 * 1024
_CONTROLS = bytes(c for c in range(32) if c not in b"\b\t\n\v\f\r\x1b")
_MOST_CONTROLS = 0.01
"""Share of control characters above which a file is binary; one more is no matter."""

_UNDECODED = re.compile("[\udc80-\udcff]")
_WESTERN = "cp1252"
"""The last resort too: with surrogateescape it reads, and gives back, any bytes at all."""

# Codecs worth guessing. All are free of state, so that any run of characters encodes by itself.
_LEGACY = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874"),
    *("iso8859_2", "iso8859_5", "iso8859_7", "iso8859_15", "koi8_r", "koi8_u", "mac_cyrillic"),
    *("cp437", "cp850", "cp852", "cp866", "mac_roman"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text and how it was coded."""

    text: str
    encoding: str
    bom_length: int
    """Bytes of the byte order mark before the text: 0, 2, 3 or 4."""


def decode(data: bytes) -> Decoded:
    """Decode a file.

    `encode(text, encoding)` is `data[bom_length:]` again, but for the last half character of a
    UTF-16 or UTF-32 file that was cut off.

    Raises:
        Unreadable: The bytes are not text; the reason names the format if it is known.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom) and (found := _decode_wide(data, encoding, len(bom))):
            return found
    for magic, name in _TEXT_MAGIC:
        if data.startswith(magic):
            raise Unreadable(f"binary file ({name})")
    if not _is_binary(_sample(data)):
        try:
            return Decoded(data.decode(), "utf-8", 0)
        except UnicodeDecodeError as error:
            return _decode_legacy(data, error.start)
    return _decode_nul_pattern(data) or _refuse(data)


def encode(text: str, encoding: str) -> bytes:
    """Return the bytes that were decoded to `text`, without a byte order mark."""
    return text.encode(encoding, _errors(encoding))


def decode_bytes(raw: bytes, encoding: str) -> str:
    """Decode a span of a file. Total: bytes that do not fit the codec become U+FFFD at worst."""
    try:
        return raw.decode(encoding, _errors(encoding))
    except UnicodeDecodeError:
        return raw.decode(encoding, "replace")


def byte_offsets(text: str, encoding: str, offsets: Iterable[int], origin: int = 0) -> list[int]:
    """Turn ascending character offsets into byte offsets, `origin` being where `text` starts."""
    if (text.isascii() and encoding not in _UNITS) or encoding in ("latin-1", _WESTERN):
        return [origin + offset for offset in offsets]
    errors = _errors(encoding)
    result: list[int] = []
    last, at = 0, origin
    for offset in offsets:
        at += len(text[last:offset].encode(encoding, errors))
        last = offset
        result.append(at)
    return result


def _errors(encoding: str) -> str:
    return "surrogatepass" if encoding in _UNITS else "surrogateescape"


def _decode_wide(data: bytes, encoding: str, bom_length: int) -> Decoded | None:
    """Decode data after its mark; None if the mark turns out to be no mark."""
    unit = _UNITS.get(encoding, 1)
    body = data[bom_length : len(data) - (len(data) - bom_length) % unit]
    try:
        text = body.decode(encoding, _errors(encoding))
    except UnicodeDecodeError:
        return None
    if _is_binary(text[:_SAMPLE_BYTES].encode("ascii", "replace")):
        return None
    return Decoded(text, encoding, bom_length)


def _decode_nul_pattern(data: bytes) -> Decoded | None:
    """UTF-16 without a mark shows in text of Latin letters: every second byte is NUL."""
    sample = data[:_SAMPLE_BYTES]
    pairs = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.3 * pairs and even < 0.05 * pairs:
        return _decode_wide(data, "utf-16-le", 0)
    if even > 0.3 * pairs and odd < 0.05 * pairs:
        return _decode_wide(data, "utf-16-be", 0)
    return None


def _sample(data: bytes) -> bytes:
    """Return the beginning, middle and end of a file."""
    if len(data) <= _SAMPLE_BYTES:
        return data
    part, middle = _SAMPLE_BYTES // 4, len(data) // 2
    return data[: 2 * part] + data[middle : middle + part] + data[-part:]


def _is_binary(sample: bytes) -> bool:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls > 1 + _MOST_CONTROLS * len(sample)


def _refuse(data: bytes) -> Decoded:
    name = _format_name(data)
    raise Unreadable(f"binary file ({name})" if name else "binary file")


def _format_name(data: bytes) -> str | None:
    for offset, magic, name in _MAGIC:
        if data.startswith(magic, offset):
            return name
    return None


def _decode_legacy(data: bytes, first_bad: int) -> Decoded:
    """Decode text that is not clean UTF-8, judged by what surrounds its first bad byte."""
    if _format_name(data):
        _refuse(data)
    window = data[max(0, first_bad - _SAMPLE_BYTES // 2) : first_bad + _SAMPLE_BYTES // 2]
    if _is_mostly_utf8(window):
        return Decoded(data.decode("utf-8", "surrogateescape"), "utf-8", 0)
    for encoding in _guesses(window):
        text = data.decode(encoding, "surrogateescape")
        if text.encode(encoding, "surrogateescape") == data:
            return Decoded(text, encoding, 0)
    return Decoded(data.decode(_WESTERN, "surrogateescape"), _WESTERN, 0)


def _is_mostly_utf8(window: bytes) -> bool:
    text = window.decode("utf-8", "surrogateescape")
    bad = len(_UNDECODED.findall(text))
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    return good > bad


def _guesses(window: bytes) -> list[str]:
    """Return likely codecs, best first; of equally good ones the Western one."""
    from charset_normalizer import from_bytes  # 30 ms that few files need

    matches = from_bytes(window, cp_isolation=list(_LEGACY))
    best = matches.best()
    if best is None:
        return []
    names = [match.encoding for match in matches]
    equals = [m.could_be_from_charset for m in matches if m.chaos <= best.chaos]
    if any(_WESTERN in group for group in equals):
        names.insert(0, _WESTERN)
    return names
