from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from store import Filters, Hit, Mode, ModelMismatch, Query, Results, SearchModels, Vectors
from store.search.features import FEATURES
from store.search.first_stage import FirstStage
from tests.store.fakes import MODELS, QUANTISER, Library, embed, embed_passages

PETS = {
    "cats": ["the cat sleeps on the warm sofa", "cats purr when content"],
    "dogs": ["a dog barks at the postman", "dogs wag their tails"],
    "law": ["the tenant pays the deposit", "the deposit returns after thirty days"],
    "copy": ["the tenant pays the deposit", "the deposit returns after thirty days"],
}

ONE = replace(MODELS, is_one=True)


@pytest.fixture
def pets(library: Library) -> Library:
    library.put(**PETS)
    return library


def ask(library: Library, text: str, **wanted: object) -> list[Results]:
    query = Query(text, **wanted)  # type: ignore[arg-type]
    return list(library.store.search(query, MODELS, *library.sources))


def hits(library: Library, text: str, **wanted: object) -> tuple[Hit, ...]:
    return ask(library, text, **wanted)[-1].hits


def names(found: tuple[Hit, ...]) -> list[str]:
    return [hit.path.stem for hit in found]


def test_the_best_passage_of_the_right_document_comes_first(pets: Library) -> None:
    best = hits(pets, "postman dog barks")[0]
    assert best.path == pets.path("dogs")
    assert best.text == "a dog barks at the postman"
    assert best.found_by == ("meaning", "words")
    assert [best.text[a:b] for a, b in best.highlights] == ["dog", "barks", "postman"]


def test_an_instant_answer_comes_before_the_exact_one(pets: Library) -> None:
    instant, exact = ask(pets, "deposit")
    assert not instant.exact
    assert instant.explain.recomputed == 0
    assert exact.exact
    assert 0 < exact.explain.recomputed <= 32


def test_an_instant_answer_reads_no_more_than_a_screen_shows(library: Library) -> None:
    library.put(**{f"note{n}": [f"rent of month {n * n}"] for n in range(30)})
    instant, exact = ask(library, "rent", limit=20)
    assert len(instant.hits) == 10
    assert len(exact.hits) == 20


def test_without_a_budget_the_instant_answer_is_the_only_one(pets: Library) -> None:
    (only,) = ask(pets, "deposit", budget=0)
    assert only.exact
    assert only.explain.recomputed == 0
    assert names(only.hits)[0] in {"law", "copy"}


def test_the_budget_bounds_what_is_recomputed(pets: Library) -> None:
    assert ask(pets, "deposit cat dog", budget=3)[-1].explain.recomputed == 3


def test_documents_with_the_same_bytes_are_one_hit(pets: Library) -> None:
    best = hits(pets, "deposit tenant")[0]
    assert {best.path, *best.duplicates} == {pets.path("law"), pets.path("copy")}


def test_each_document_is_one_hit(pets: Library) -> None:
    assert len(names(hits(pets, "dog dogs cat cats"))) == len(
        set(names(hits(pets, "dog dogs cat cats")))
    )


def test_words_match_whatever_their_ending_case_and_accent(library: Library) -> None:
    library.put(cafe=["Running in the Café Zürich"])
    for word in ("run", "CAFE", "zurich"):
        assert names(hits(library, word, mode=Mode.LEXICAL)) == ["cafe"]


def test_chinese_is_found_without_spaces_between_words(library: Library) -> None:
    library.put(water=["水库的水位在春天上升"], other=["城市的公园很安静"])
    assert names(hits(library, "水位", mode=Mode.LEXICAL)) == ["water"]


def test_lexical_mode_finds_only_what_holds_a_word(pets: Library) -> None:
    assert names(hits(pets, "postman", mode=Mode.LEXICAL)) == ["dogs"]
    assert not hits(pets, "astronomy", mode=Mode.LEXICAL)


def test_a_word_that_a_question_repeats_counts_more(library: Library) -> None:
    library.put(herons=["herons nest in tall alders"], reeds=["reeds grow in shallow mud"])
    for bird, plant in (("herons", "reeds"), ("reeds", "herons")):
        question = f"{bird}? I ask about {bird}, not {plant}"
        assert names(hits(library, question, mode=Mode.LEXICAL))[0] == bird


def test_lexical_mode_counts_words_in_more_passages_than_are_recomputed(library: Library) -> None:
    notes = {f"note{n}": [f"rent of month {n}, paid in time"] for n in range(50)}
    library.put(**notes, ledger=["rent " * 12 + "and what else was due in that year, by month"])
    assert names(hits(library, "rent", mode=Mode.LEXICAL))[0] == "ledger"
    at_once = hits(library, "rent", mode=Mode.LEXICAL, budget=0)
    assert "ledger" not in names(at_once)  # nothing is read but what is shown


def test_lexical_mode_counts_words_in_as_many_passages_as_the_budget_has(library: Library) -> None:
    notes = {f"note{n}": [f"rent of month {n}, paid in time"] for n in range(90)}
    library.put(**notes, ledger=["rent " * 12 + "and what else was due in that year, by month"])
    assert names(hits(library, "rent", mode=Mode.LEXICAL, budget=128))[0] == "ledger"


def test_exact_mode_wants_the_words_in_a_row(pets: Library) -> None:
    assert names(hits(pets, "tenant pays the", mode=Mode.EXACT))
    assert not hits(pets, "pays tenant", mode=Mode.EXACT)
    assert names(hits(pets, "the", mode=Mode.EXACT))


def test_a_quoted_phrase_must_occur(pets: Library) -> None:
    assert names(hits(pets, '"wag their tails"')) == ["dogs"]


def test_a_phrase_that_occurs_nowhere_is_taken_as_words(pets: Library) -> None:
    assert names(hits(pets, '"tails their wag"'))[0] == "dogs"


def test_an_excluded_word_may_not_occur(pets: Library) -> None:
    assert "dogs" in names(hits(pets, "barks sleeps"))
    found = hits(pets, "barks sleeps -dog")
    assert all("dog " not in hit.text for hit in found)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(paths=("dogs.txt",)), {"dogs"}),
        (Filters(paths=("texts/c*",)), {"cats", "copy"}),
        (Filters(paths=("texts",)), {"cats", "dogs", "law"}),
        (Filters(types=("txt",)), {"cats", "dogs", "law"}),
        (Filters(types=("pdf",)), set()),
        (Filters(folders=("library",)), {"cats", "dogs", "law"}),
        (Filters(folders=("elsewhere",)), set()),
        (Filters(since=1.0), set()),
        (Filters(until=1.0), {"cats", "dogs", "law"}),
    ],
)
def test_filters_apply_before_ranking(pets: Library, filters: Filters, expected: set[str]) -> None:
    found = {
        name.replace("copy", "law") if len(expected) == 3 else name
        for name in names(hits(pets, "cat dog deposit", filters=filters))
    }
    assert found == expected


def test_filters_can_be_written_into_the_query(pets: Library) -> None:
    assert names(hits(pets, "deposit path:cats.txt type:txt folder:library")) == ["cats"]


def test_a_filter_never_empties_an_answer_by_its_rank(library: Library) -> None:
    library.put(**{f"popular{n}": [f"deposit deposit deposit {n}"] for n in range(200)})
    library.put(rare=["a note that mentions nothing of the kind"])
    assert names(hits(library, "deposit", limit=1, filters=Filters(paths=("rare.txt",)))) == [
        "rare"
    ]


def test_a_deleted_document_is_never_found_again(pets: Library) -> None:
    pets.remove("dogs")
    assert "dogs" not in names(hits(pets, "dog barks postman"))
    assert not hits(pets, "postman", mode=Mode.LEXICAL)


def test_a_missing_file_is_hidden_at_once(pets: Library) -> None:
    del pets.documents["dogs"]
    assert "dogs" not in names(hits(pets, "dog barks postman"))


def test_a_changed_file_answers_with_its_text_of_now(pets: Library) -> None:
    pets.documents["dogs"] = ["nothing here", "the postman met a friendly dog"]
    pets.changed.add("dogs")
    best = hits(pets, "postman dog")[0]
    assert best.text == "the postman met a friendly dog"
    assert best.fresh


def test_an_edit_replaces_the_old_text(pets: Library) -> None:
    pets.put(dogs=["the hamster runs in its wheel"])
    assert not hits(pets, "postman", mode=Mode.LEXICAL)
    assert names(hits(pets, "hamster wheel"))[0] == "dogs"
    assert pets.store.status().files == 4


def test_each_file_is_read_once_for_the_exact_scores(pets: Library) -> None:
    pets.reads.clear()
    ask(pets, "cat dog deposit", limit=1)
    assert pets.reads.count("cats") <= 2


def test_an_instant_answer_reads_no_file_to_look_for_a_rare_word(library: Library) -> None:
    texts = {
        f"note{number}": [f"the garden wants water and sun {'and shade ' * 9} rare{number}word"]
        for number in range(1200)
    }
    library.put(**texts)
    with library.store.writer() as writer:
        writer.compact()  # from here on the index only says about where a rare word stands
    answers = library.store.search(Query("rare700word garden", limit=3), MODELS, *library.sources)
    assert len(next(answers).hits) == 3
    assert library.looked_into == []
    *_, exact = answers
    assert names(exact.hits)[0] == "note700"
    assert "note700" in library.looked_into


def test_a_search_sees_one_state_of_the_index(pets: Library) -> None:
    answers = pets.store.search(Query("dog barks"), MODELS, *pets.sources)
    next(answers)
    with pets.store.writer() as writer:
        pets.put(writer, snake=["a dog barks at the snake"])
        assert "snake" not in names(next(answers).hits)
    assert list(answers) == []
    assert "snake" in names(hits(pets, "snake"))


def test_an_empty_index_finds_nothing(library: Library) -> None:
    (only,) = ask(library, "anything", mode=Mode.LEXICAL)
    assert only.hits == ()
    assert hits(library, "anything") == ()


def test_codes_of_another_model_are_never_compared(pets: Library) -> None:
    other = SearchModels("other", QUANTISER, embed, embed, embed_passages, embed, lambda: "rank")
    with pytest.raises(ModelMismatch, match="thimble index"):
        list(pets.store.search(Query("dog"), other, *pets.sources))
    lexical = Query("postman", mode=Mode.LEXICAL)
    assert list(pets.store.search(lexical, other, *pets.sources))[-1].hits


def test_the_exact_answer_knows_whose_words_are_kin(library: Library) -> None:
    library.put(first=["alpha beta"], second=["alpha gamma"])
    kin = FEATURES.index("soft_match")
    first, second = hits(library, "beta")
    assert (first.path.stem, second.path.stem) == ("first", "second")
    assert first.evidence[kin] > 0 > second.evidence[kin]
    (only_words, *_) = hits(library, "alpha", mode=Mode.SEMANTIC)
    assert only_words.evidence[kin] == 0


def test_a_better_rank_model_decides_the_order(library: Library) -> None:
    library.put(first=["alpha beta"], second=["alpha gamma"], third=["delta epsilon"])

    def rank(texts: Sequence[str], _: Callable[[], None] = lambda: None, /) -> Vectors:
        return embed(["gamma" if "gamma" in text else "other" for text in texts])

    models = SearchModels(
        "test", QUANTISER, embed, lambda _: embed(["gamma"]), rank, embed, lambda: "gamma"
    )
    found = list(
        library.store.search(
            Query("alpha", mode=Mode.SEMANTIC), models, library.read, library.read_texts
        )
    )
    assert names(found[-1].hits)[0] == "second"


def test_only_what_codes_do_not_know_moves_the_query(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.put(**{f"note{number}": [f"alpha beta{number}"] for number in range(40)})
    moves: list[int] = []
    monkeypatch.setattr(FirstStage, "look_near", lambda _, best: moves.append(len(best)))
    for models, mode in ((ONE, Mode.SEMANTIC), (ONE, Mode.HYBRID), (MODELS, Mode.SEMANTIC)):
        query = Query("alpha", mode=mode, budget=20)
        found = [*library.store.search(query, models, *library.sources)]
        moves.append(found[-1].explain.recomputed)
    assert moves == [20, 5, 20, 5, 20]
