"""From documents to chunks, and from chunks back to their text."""

from __future__ import annotations

import codecs
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.chunking.chunker import chunk
from indexer.chunking.cutting import LIMIT_TOKENS, TARGET_TOKENS
from indexer.chunking.readback import contexts_of, read_passages
from indexer.formats.document import Chunks, Document
from indexer.formats.encoding import decode_bytes, encode
from indexer.formats.readers import plain, read_document
from store import Heading, Span

CORPUS = Path(__file__).parent / "corpus"
SENTENCE = "The harbour master writes down every boat that comes in before noon. "
PARAGRAPH = SENTENCE * 6
TARGET_CHARS = int(TARGET_TOKENS * 4.6)
LIMIT_CHARS = int(LIMIT_TOKENS * 4.6)


def chunks_of(data: bytes, name: str = "a.md") -> tuple[Document, Chunks]:
    document = read_document(data, name)
    return document, chunk(document)


def texts_of(text: str, name: str = "a.md") -> tuple[str, ...]:
    return chunks_of(text.encode(), name)[1].texts


def read_back(data: bytes, document: Document, chunked: Chunks) -> list[str]:
    passages = read_passages(
        lambda span: data[span.start : span.end],
        document.kind,
        document.encoding,
        chunked.spans,
        chunked.outline,
        range(len(chunked.spans)),
    )
    return [f"{context}\n{text}" if context else text for context, text in passages]


def assert_sound(data: bytes, name: str) -> None:
    """Check everything that holds for the chunks of any file."""
    document, chunked = chunks_of(data, name)
    assert len(chunked.spans) == len(chunked.texts)
    assert read_back(data, document, chunked) == list(chunked.texts)
    body, last = data[document.bom_length :], 0
    covered = bytearray(len(data))
    for span, text in zip(chunked.spans, chunked.texts, strict=True):
        assert last <= span.start < span.end <= len(data)
        assert text.strip()
        last = span.end
        covered[span.start : span.end] = b"\1" * span.length
    assert body.startswith(encode(document.text, document.encoding))
    offset = document.bom_length
    missed = []
    inside = {at for block in document.blocks for at in range(block.start, block.end)}
    for at, character in enumerate(document.text):
        if at in inside and not covered[offset] and not character.isspace():
            missed.append(character)
        offset += len(encode(character, document.encoding))
    if document.kind in ("text", "python"):  # their plain text leaves nothing out
        assert not plain(document.kind, "".join(missed)).strip()


def test_an_empty_file_has_no_chunks() -> None:
    assert chunks_of(b"")[1] == Chunks((), (), ())
    assert texts_of(" \n\n\t\n") == ()


def test_a_short_note_is_one_chunk() -> None:
    assert texts_of("# Tea\n\nGreen.\n\n## Pots\n\nClay.\n") == ("Tea\n\nGreen.\n\nPots\n\nClay.",)


def test_paragraphs_are_packed_to_about_the_target() -> None:
    texts = texts_of((PARAGRAPH + "\n\n") * 30)
    assert all(0.5 * TARGET_CHARS <= len(text) <= LIMIT_CHARS for text in texts)
    assert all(text.endswith("noon.") for text in texts)


def test_a_new_section_begins_a_new_chunk_and_knows_its_headings() -> None:
    texts = texts_of(
        f"# Harbour\n\n{PARAGRAPH}\n\n## Boats\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n\n"
        f"## Birds\n\n{PARAGRAPH}"
    )
    assert [text.split("\n\n")[0].split("\n") for text in texts] == [
        ["Harbour"],
        ["Harbour", "Boats"],
        ["Harbour › Boats", PARAGRAPH.strip()],
        ["Harbour", "Birds"],
    ]


def test_tiny_sections_stay_together() -> None:
    assert len(texts_of("".join(f"## Day {day}\n\nRain.\n\n" for day in range(20)))) == 1


def test_a_heading_is_never_left_behind_its_section() -> None:
    texts = texts_of(f"{PARAGRAPH}\n\n{PARAGRAPH}\n\n### Storms\n\n{PARAGRAPH}\n\n{PARAGRAPH}")
    assert not any(text.endswith("Storms") for text in texts)


def test_many_headings_without_text_are_many_chunks() -> None:
    texts = texts_of("".join(f"# Heading {number}\n" for number in range(1_000)))
    assert len(texts) > 10
    assert max(map(len, texts)) < LIMIT_CHARS


def test_a_function_that_fits_is_kept_whole() -> None:
    function = "def f{0}():\n" + "    work_on_something()\n" * 40
    source = "\n\n".join(function.format(number) for number in range(5))
    assert [text.count("def f") for text in texts_of(source, "a.py")] == [1, 1, 1, 1, 1]


def test_a_code_block_that_fits_is_kept_whole() -> None:
    code = "```sh\n" + "run the pump\n" * 120 + "```"
    texts = texts_of(f"{PARAGRAPH}\n\n{code}\n\n{PARAGRAPH}")
    assert any(text.count("run the pump") == 120 for text in texts)


def test_long_text_is_cut_at_the_best_place() -> None:
    by_line = texts_of((SENTENCE.strip() + "\n") * 100, "a.log")
    assert all(text.startswith("The") and text.endswith("noon.") for text in by_line)
    by_sentence = texts_of(SENTENCE * 100, "a.txt")
    assert all(text.startswith("The") and text.endswith("noon.") for text in by_sentence)
    by_word = texts_of("lighthouse " * 1_000, "a.txt")
    assert {word for text in by_word for word in text.split()} == {"lighthouse"}


def test_a_word_without_end_is_cut_anywhere() -> None:
    texts = texts_of("A" * 100_000, "a.txt")
    assert "".join(texts) == "A" * 100_000
    assert max(map(len, texts)) <= LIMIT_CHARS


def test_text_without_spaces_in_wide_characters_is_cut_sooner() -> None:
    texts = texts_of("没有空格的很长的中文句子" * 500, "a.txt")
    assert min(map(len, texts[:-1])) >= 150
    assert max(map(len, texts)) <= LIMIT_TOKENS


def test_letters_keep_their_marks_and_emoji_their_parts() -> None:
    for cluster in ("e\u0301", "👩\u200d🔬", "👋🏽"):
        texts = texts_of(cluster * 4_000, "a.txt")
        assert len(texts) > 1
        assert {text.replace(cluster, "") for text in texts} == {""}


def test_tags_are_not_cut() -> None:
    link = '<a href="https://example.org/a/b c" title="x y">boat</a> '
    texts = texts_of(f"<p>{link * 500}</p>", "a.html")
    assert len(texts) > 1
    assert {word for text in texts for word in text.split()} == {"boat"}


def test_a_small_rest_joins_the_chunk_before_it() -> None:
    texts = texts_of(f"{PARAGRAPH}\n\n{PARAGRAPH}\n\nThe end.")
    assert len(texts) == 1


def test_chunks_without_readable_text_are_dropped() -> None:
    assert texts_of("[ref]: https://example.org\n") == ()


def test_context_is_the_title_and_the_headings_above() -> None:
    outline = [Heading(Span(at, 5), level) for at, level in enumerate([0, 1, 2, 2, 1])]
    names = ["title", "one", "two-a", "two-b", "three"]
    contexts = contexts_of(outline, [0, 1, 2, 3, 4, 9], lambda heading: names[heading.span.start])
    assert contexts == [
        "",
        "title",
        "title › one",
        "title › one",
        "title",
        "title › three",
    ]


def test_long_contexts_lose_their_middle_first() -> None:
    outline = [Heading(Span(at, 1), at) for at in range(7)]
    (context,) = contexts_of(outline, [50], lambda heading: f"{heading.level} " + "x" * 200)
    names = context.split(" › ")
    assert len(context) <= 240
    assert names[0].startswith("0 x")
    assert names[-1].startswith("6 x")
    assert all(len(name) <= 80 and name.endswith("…") for name in names)


def test_reading_back_works_in_any_order_and_for_changed_bytes() -> None:
    data = "".join(f"# Part {part}\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n\n" for part in range(9)).encode()
    document, chunked = chunks_of(data)
    everything = read_back(data, document, chunked)
    arguments = (document.kind, document.encoding, chunked.spans, chunked.outline, [5, 0, 5])
    picked = read_passages(lambda span: data[span.start : span.end], *arguments)
    assert [f"{context}\n{text}".strip() for context, text in picked] == [
        everything[5],
        everything[0],
        everything[5],
    ]
    assert len(read_passages(lambda span: b"\xff" * span.length, *arguments)) == 3
    assert read_passages(lambda span: b"", *arguments)[0] == ("", "")


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_every_format_reads_back_what_was_indexed(path: Path) -> None:
    data = path.read_bytes()
    assert_sound(data, path.name)
    assert_sound(codecs.BOM_UTF16_LE + data.decode().encode("utf-16-le"), path.name)
    assert_sound((data.decode() * 30).replace("\n", "\r\n").encode(), path.name)


words = st.sampled_from(
    [
        "boat",
        "größer",
        "ночь",
        "夜の海、",
        "👩\u200d🔬",
        "e\u0301",
        "a" * 50,
        "\udcff",
        "**",
        "#",
        "`",
    ]
)
ends = st.sampled_from([" ", " ", ". ", "\n", "\n\n", "\r\n", "\n# ", "\n```\n", "\t"])
prose = st.lists(st.tuples(words, ends, st.integers(1, 60)), max_size=25).map(
    lambda parts: "".join((word + end) * times for word, end, times in parts)
)
NAMES = ["a.txt", "a.md", "a.rst", "a.org", "a.adoc", "a.tex", "a.html", "a.py", "a.csv", "a.json"]


@settings(max_examples=150, deadline=None)
@given(prose, st.sampled_from(NAMES), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_chunks_are_sound_whatever_the_text_and_encoding(
    text: str, name: str, encoding: str
) -> None:
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    assert_sound(text.encode(encoding, errors), name)


@settings(max_examples=150, deadline=None)
@given(prose)
def test_spans_decode_to_exactly_the_text_that_was_chunked(text: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    document, chunked = chunks_of(data, "a.txt")
    at = 0
    for span in chunked.spans:
        piece = decode_bytes(data[span.start : span.end], document.encoding)
        at = document.text.index(piece, at) + len(piece)


def test_a_huge_line_takes_no_longer_than_its_size() -> None:
    start = time.perf_counter()
    texts = texts_of("wordy " * 500_000, "a.txt")
    assert len(texts) > 2_000
    assert time.perf_counter() - start < 3
