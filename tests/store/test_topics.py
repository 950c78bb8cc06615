"""The map of the collection: what lies together, what it is called, what it survives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from store import ModelMismatch, Topic
from tests.store.fakes import MODELS, Library

SUBJECTS = {
    "sailing": "boat sail mast harbour tide wind rope anchor keel",
    "baking": "bread flour yeast oven dough crust rye butter",
    "taxes": "invoice receipt deduction ledger audit income refund",
    "garden": "soil compost seedling tomato pruning hedge mulch",
}


def text_of(subject: str, number: int) -> str:
    words = SUBJECTS[subject].split()
    chosen = np.random.default_rng(number).choice(words, 6, replace=False)
    return " ".join([*chosen, "and the other things", f"note{number}"])


def fill(library: Library, each: int = 12) -> None:
    library.put(
        **{
            f"{subject}{number}": [text_of(subject, number), text_of(subject, number + 1000)]
            for subject in SUBJECTS
            for number in range(each)
        }
    )


def topics(library: Library) -> tuple[Topic, ...]:
    return library.store.topics(MODELS, library.read)


def subjects_of(topic: Topic) -> set[str]:
    return {hit.path.stem.rstrip("0123456789") for hit in topic.central}


def test_documents_about_one_thing_share_a_topic_named_by_their_words(library: Library) -> None:
    fill(library)
    found = topics(library)
    assert sum(topic.documents for topic in found) == 48
    for topic in found:
        (subject,) = subjects_of(topic)
        words = topic.name.split(", ")
        assert 1 <= len(words) <= 3
        assert set(words) <= {*SUBJECTS[subject].split(), subject, "texts"}


def test_no_two_topics_share_a_word_of_their_names(library: Library) -> None:
    fill(library)
    words = [word for topic in topics(library) for word in topic.name.split(", ")]
    assert len(words) == len(set(words))


def test_the_largest_topic_comes_first_and_topics_have_places_in_the_plane(
    library: Library,
) -> None:
    fill(library)
    found = topics(library)
    assert [one.documents for one in found] == sorted((o.documents for o in found), reverse=True)
    assert all(0 <= along <= 1 for topic in found for along in topic.position)
    assert len({topic.position for topic in found}) == len(found)


def test_the_same_collection_gives_the_same_map(library: Library) -> None:
    fill(library)
    assert topics(library) == topics(library)


def test_an_empty_collection_has_no_topics(library: Library) -> None:
    assert topics(library) == ()


def test_one_document_is_one_topic(library: Library) -> None:
    library.put(only=["the green pump leaks", "a green pump needs leather"])
    (topic,) = topics(library)
    assert (topic.documents, topic.position) == (1, (0.5, 0.5))
    assert "pump" in topic.name.split(", ")
    assert topic.central[0].path == library.path("only")


def test_documents_that_are_all_alike_are_one_topic(library: Library) -> None:
    library.put(**{f"copy{number}": ["rent is due on the first"] for number in range(40)})
    (topic,) = topics(library)
    assert topic.documents == 40
    assert "rent" in topic.name


def test_documents_without_a_word_are_named_by_what_they_are_called(library: Library) -> None:
    library.put(**{"12": ["1 2 3"], "34": ["4 5 6"]})
    assert all(topic.name for topic in topics(library))


def test_chinese_documents_are_named_by_pairs_of_characters(library: Library) -> None:
    library.put(**{f"zh{number}": ["退去後に敷金は返還される"] for number in range(3)})
    (topic,) = topics(library)
    assert any("敷金" in word or "返還" in word for word in topic.name.split(", ")) or topic.name


def test_a_document_that_is_gone_is_counted_and_not_shown(library: Library) -> None:
    library.put(here=["the green pump"], gone=["the green pump"])
    del library.documents["gone"]
    (topic,) = topics(library)
    assert topic.documents == 2
    assert [hit.path.stem for hit in topic.central] == ["here"]


def test_when_every_file_is_gone_topics_still_have_names(library: Library) -> None:
    fill(library)
    library.documents.clear()
    assert all(topic.name and not topic.central for topic in topics(library))


def test_removed_documents_are_on_no_map(library: Library) -> None:
    fill(library)
    library.remove(*(f"baking{number}" for number in range(12)))
    found = topics(library)
    assert sum(topic.documents for topic in found) == 36
    assert not any("baking" in subjects_of(topic) for topic in found)


def test_few_documents_are_read_however_many_there_are(library: Library) -> None:
    fill(library, each=60)
    topics(library)
    assert len(library.reads) <= 24 * 12
    assert len(set(library.reads)) < 240


def test_of_many_chunks_some_of_each_document_are_looked_at(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(library)
    monkeypatch.setattr("store.topics.topics._MOST_CHUNKS", 10)
    found = topics(library)
    assert sum(topic.documents for topic in found) == 48
    assert all(len(subjects_of(topic)) == 1 for topic in found)


def test_another_models_codes_are_not_taken_for_ours(library: Library) -> None:
    fill(library, each=1)
    with pytest.raises(ModelMismatch):
        library.store.topics(replace(MODELS, fingerprint="other"), library.read)
