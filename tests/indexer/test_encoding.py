"""Bytes to text and back."""

from __future__ import annotations

import codecs
import sqlite3
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.formats.document import Unreadable
from indexer.formats.encoding import Decoded, byte_offsets, decode, decode_bytes, encode

GERMAN = "Die Bürger müssen die Gebühren für die Öffnung der Straße selbst tragen.\n"
FRENCH = "Les élèves de l'école primaire ont été reçus à la mairie.\n"
POLISH = "Proszę o wypełnienie formularza. Zażółć gęślą jaźń.\n"
RUSSIAN = "Привет, как дела? Это письмо для проверки кодировки.\n"
GREEK = "Καλημέρα σας, πώς είστε σήμερα; Θα ήθελα να σας μιλήσω.\n"
JAPANESE = "これはテスト用のファイルです。日本語の文章が入っています。\n"
CHINESE = "这是一个用来测试的文件，里面有中文。\n"
KOREAN = "안녕하세요. 이것은 시험용 문서입니다.\n"

CODECS = ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "cp1252", "cp1251", "cp932", "gb18030"]


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        decode(data)
    assert not caught.value.failed
    return caught.value.reason


@pytest.mark.parametrize(
    ("bom", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides(bom: bytes, codec: str) -> None:
    assert decode(bom + GERMAN.encode(codec)) == Decoded(GERMAN, codec, len(bom))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_recognised(codec: str) -> None:
    assert decode(GERMAN.encode(codec)) == Decoded(GERMAN, codec, 0)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (GERMAN, "cp1252"),
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (GREEK, "cp1253"),
        (JAPANESE, "cp932"),
        (CHINESE, "gb18030"),
        (KOREAN, "cp949"),
    ],
)
def test_old_encodings_are_guessed(text: str, codec: str) -> None:
    assert decode((text * 3).encode(codec)) == Decoded(text * 3, codec, 0)


def test_an_accent_after_long_plain_text_is_still_western() -> None:
    data = b"nothing but English words here. " * 10_000 + "café".encode("cp1252")
    assert decode(data).text.endswith("café")


def test_a_few_broken_bytes_do_not_stop_utf8() -> None:
    data = (GREEK * 3).encode() + b"\xff broken \xe2\x82 " + GREEK.encode()
    decoded = decode(data)
    assert decoded.encoding == "utf-8"
    assert encode(decoded.text, "utf-8") == data


def test_a_cut_off_utf16_file_loses_only_its_last_half_character() -> None:
    assert decode(codecs.BOM_UTF16_LE + "tide".encode("utf-16-le") + b"\x41").text == "tide"


def test_an_empty_file_and_a_lone_mark_are_empty_texts() -> None:
    assert decode(b"").text == ""
    assert decode(codecs.BOM_UTF8).text == ""


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n", "PDF"),
        (b"{\\rtf1\\ansi Hello}", "RTF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "PNG image"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)), "JPEG image"),
        (b"\x7fELF\x02\x01\x01" + bytes(range(256)), "program"),
        (b"\x1f\x8b\x08" + bytes(range(256)), "gzip archive"),
        (bytes(257) + b"ustar" + bytes(250), "tar archive"),
    ],
)
def test_binary_files_are_refused_by_name(data: bytes, name: str) -> None:
    assert refusal(data) == f"binary file ({name})"


def test_real_archives_and_databases_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "words " * 100)
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("CREATE TABLE words (word)")
    database.close()
    assert "ZIP" in refusal((tmp_path / "a.zip").read_bytes())
    assert "SQLite" in refusal((tmp_path / "a.db").read_bytes())


def test_unknown_binary_data_is_refused() -> None:
    assert refusal(bytes(range(256)) * 20) == "binary file"
    assert refusal(bytes(100)) == "binary file"


def test_text_may_hold_terminal_escapes_and_a_stray_nul() -> None:
    assert decode(b"\x1b[31mred\x1b[0m\x08\f words\n" * 10).encoding == "utf-8"
    assert decode(b"log line\n" * 500 + b"\0\0" + b"log line\n" * 500).encoding == "utf-8"


def test_text_that_begins_like_a_format_is_still_text() -> None:
    assert decode(b"BM25 ranks documents.").text == "BM25 ranks documents."
    assert decode(b"MZ is how Windows programs begin.").encoding == "utf-8"


@given(st.binary(max_size=400))
def test_whatever_is_decoded_encodes_back(data: bytes) -> None:
    try:
        decoded = decode(data)
    except Unreadable:
        return
    body = data[decoded.bom_length :]
    again = encode(decoded.text, decoded.encoding)
    assert again == body[: len(again)]
    assert len(body) - len(again) < (4 if decoded.encoding.startswith("utf-") else 1)


@given(st.sampled_from(CODECS), st.text(max_size=200), st.lists(st.integers(0, 200), max_size=8))
def test_byte_offsets_are_where_the_characters_lie(
    codec: str, text: str, places: list[int]
) -> None:
    text = decode_bytes(text.encode(codec, "replace"), codec)
    places = sorted(min(place, len(text)) for place in places)
    expected = [7 + len(encode(text[:place], codec)) for place in places]
    assert byte_offsets(text, codec, places, origin=7) == expected


@given(st.sampled_from(CODECS), st.binary(max_size=60))
def test_any_span_of_a_changed_file_can_be_decoded(codec: str, raw: bytes) -> None:
    decode_bytes(raw, codec)
