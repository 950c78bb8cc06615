from __future__ import annotations

from indexer import excerpts
from tests.indexer.conftest import Notes

MANY = 1 << 20


def test_excerpts_are_taken_from_all_over_the_folders_the_same_each_time(notes: Notes) -> None:
    for number in range(50):
        notes.write(f"{number}.md", f"# Note {number}\n\nIt says {number}.\n")
    taken = excerpts([notes.folder], max_bytes=MANY)
    assert len(taken) == 50
    assert taken == excerpts([notes.folder], max_bytes=MANY)
    assert taken != sorted(taken)


def test_one_long_document_is_not_all_there_is_to_a_folder(notes: Notes) -> None:
    notes.write("long.txt", "\n\n".join(f"Paragraph {n}. " * 60 for n in range(100)))
    notes.write("short.txt", "A short one.")
    taken = excerpts([notes.folder], max_bytes=MANY)
    assert 2 < len(taken) < 20
    assert max(map(len, taken)) < 300


def test_secrets_and_what_cannot_be_read_are_left_out(notes: Notes) -> None:
    notes.write("key.txt", "-----BEGIN RSA PRIVATE KEY-----\n" + "QUJD" * 200)
    notes.write("broken.pdf", "%PDF-1.7 and nothing else")
    notes.write("empty.txt", "")
    assert excerpts([notes.folder], max_bytes=MANY) == []
