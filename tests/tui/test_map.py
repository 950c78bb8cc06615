"""The map of the collection: tiles, choosing, documents, passages."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import StoreDamaged, Topic
from tests.tui.driving import (
    LARGE,
    SMALL,
    focused,
    press,
    search_screen,
    settled,
    started,
    until,
    visible,
)
from tests.tui.fakes import HITS, TOPICS, FakeBackend, many_topics
from tui.screens.dialogs import Problem
from tui.screens.map import MapScreen
from tui.screens.search import SearchScreen
from tui.treemap import Tile, frame, neighbour, tiles

ATTACK = "\x1b[31mred[bold]\u202e\n\x9b"


async def test_the_map_shows_topics_with_their_number_of_documents() -> None:
    async with started(FakeBackend()).run_test(size=LARGE) as pilot:
        await press(pilot, "escape", "M")
        shown = visible(pilot)
        assert "2,914 documents" in shown
        assert "8 topics · 7,222 documents" in shown
        assert all(topic.name[:4] in shown for topic in TOPICS)


async def test_arrows_choose_a_topic_and_its_documents_are_listed() -> None:
    async with started(FakeBackend()).run_test(size=LARGE) as pilot:
        await press(pilot, "escape", "M")
        assert focused(pilot) == "map"
        assert "7 most central of 2,914" in visible(pilot)
        before = chosen(pilot.app.screen)
        await press(pilot, "right")
        assert chosen(pilot.app.screen) != before
        await press(pilot, "left", "up", "up", "up")
        assert chosen(pilot.app.screen) in {topic.name for topic in TOPICS}


async def test_a_click_chooses_a_topic() -> None:
    async with started(FakeBackend()).run_test(size=LARGE) as pilot:
        await press(pilot, "escape", "M")
        screen = pilot.app.screen
        assert isinstance(screen, MapScreen)
        tile = screen.map._tiles()[3]
        await pilot.click("#map", offset=(tile.x + 2, tile.y + 1))
        await settled(pilot)
        assert chosen(screen) == "boat, sailing, tide"
        assert "House rules" in visible(pilot)


async def test_enter_goes_deeper_and_escape_back() -> None:
    async with started(FakeBackend()).run_test(size=SMALL) as pilot:
        await press(pilot, "escape", "M", "enter")
        assert focused(pilot) == "documents"
        await press(pilot, "down", "enter")
        assert focused(pilot) == "passage"
        assert "Ask the agent for the money back." in visible(pilot)
        await press(pilot, "n")
        assert "We confirm receipt of the keys" in visible(pilot)
        await press(pilot, "escape")
        assert focused(pilot) == "documents"
        await press(pilot, "escape")
        assert focused(pilot) == "map"
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, SearchScreen)


async def test_t_searches_for_documents_like_the_most_central_one() -> None:
    async with started(FakeBackend()).run_test(size=LARGE) as pilot:
        await press(pilot, "escape", "M", "t")
        assert pilot.app.screen is search_screen(pilot)
        assert "Like Lease agreement 2024" in visible(pilot)
        assert search_screen(pilot).hit == HITS[1]


async def test_a_document_on_the_map_can_be_opened() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape", "M", "Y")
        assert pilot.app.clipboard == "/home/sam/Documents/home/lease-2024.txt"


async def test_the_palette_offers_the_map() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "escape", "colon", "=Map")
        await until(pilot, lambda: "key M" in visible(pilot))
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, MapScreen)


async def test_a_collection_without_documents_says_so() -> None:
    async with started(FakeBackend(mapped=())).run_test() as pilot:
        await press(pilot, "escape", "M", "right", "enter", "t")
        assert "Your folders hold no file that can be searched" in visible(pilot)
        assert focused(pilot) == "map"


async def test_one_topic_fills_the_map() -> None:
    async with started(FakeBackend(mapped=TOPICS[:1])).run_test() as pilot:
        await press(pilot, "escape", "M", "left", "right", "up", "down")
        assert "1 topic · 2,914 documents" in visible(pilot)
        assert chosen(pilot.app.screen) == "rent, deposit, keys"


async def test_a_topic_whose_files_are_gone_says_so() -> None:
    async with started(FakeBackend(mapped=TOPICS[7:])).run_test(size=LARGE) as pilot:
        await press(pilot, "escape", "M", "enter")
        assert "gone or cannot be read now." in visible(pilot)
        assert focused(pilot) == "map"


@pytest.mark.parametrize("size", [(60, 15), SMALL, (200, 60)])
async def test_hostile_names_and_titles_are_harmless(size: tuple[int, int]) -> None:
    text = ATTACK * 9
    document = replace(
        HITS[0],
        title=ATTACK,
        path=HITS[0].path / ATTACK,
        text=text,
        highlights=(),
        snippet=(0, len(text)),
    )
    backend = FakeBackend(
        mapped=tuple(Topic(ATTACK * n, n, (0, 0), (document,)) for n in (3, 2, 1))
    )
    async with started(backend).run_test(size=size) as pilot:
        await press(pilot, "escape", "M", "right", "enter", "enter")
        assert not {"\x1b", "\u202e", "\x9b"} & set(visible(pilot))
        await press(pilot, "escape", "escape")
        assert "red[bold]" in visible(pilot)


async def test_a_map_that_takes_long_blocks_nothing() -> None:
    backend = FakeBackend(map_gate=threading.Event())
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape")
        await pilot.press("M")
        await until(pilot, lambda: "Looking at what your documents are about" in visible(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        assert backend.map_gate is not None
        backend.map_gate.set()
        await press(pilot, "slash", "=deposit")
        assert "Lease agreement" in visible(pilot)


async def test_the_map_is_drawn_anew_when_the_index_has_changed() -> None:
    backend = FakeBackend()
    async with started(backend).run_test(size=LARGE) as pilot:
        await press(pilot, "escape", "M", "r")
        assert backend.maps == 1
        backend.folders, backend.mapped = backend.folders[:1], TOPICS[1:]
        await press(pilot, "r")
        assert backend.maps == 2
        assert "7 topics" in visible(pilot)


async def test_a_damaged_index_is_a_dialog() -> None:
    backend = FakeBackend(problem=StoreDamaged("a page of the index is not what was written"))
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape", "M")
        assert isinstance(pilot.app.screen, Problem)


@pytest.mark.parametrize("size", [(60, 15), SMALL, LARGE, (200, 60)])
async def test_every_tile_of_many_is_reached_by_arrows(size: tuple[int, int]) -> None:
    async with started(FakeBackend(mapped=many_topics())).run_test(size=size) as pilot:
        await press(pilot, "escape", "M")
        screen = pilot.app.screen
        assert isinstance(screen, MapScreen)
        assert reachable(screen.map._tiles()) == set(range(24))


def chosen(screen: object) -> str:
    assert isinstance(screen, MapScreen)
    assert screen.map.current is not None
    return screen.map.current.name


def reachable(all_tiles: tuple[Tile, ...]) -> set[int]:
    """Return the topics that one comes to from the first."""
    met, waiting = {0}, [0]
    while waiting:
        topic = waiting.pop()
        for step in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            beside = neighbour(all_tiles, topic, *step)
            if beside not in met:
                met.add(beside)
                waiting.append(beside)
    return met


PLACES = st.tuples(st.floats(0, 1), st.floats(0, 1))


@given(
    st.lists(st.tuples(st.integers(1, 10_000), PLACES), max_size=24),
    st.integers(1, 120),
    st.integers(1, 50),
)
def test_tiles_cover_the_map_once(
    topics: list[tuple[int, tuple[float, float]]], width: int, height: int
) -> None:
    all_tiles = tiles([one for one, _ in topics], [one for _, one in topics], width, height)
    assert [tile.topic for tile in all_tiles] == list(range(len(topics)))
    cells = [(x, y) for t in all_tiles for x in range(t.x, t.right) for y in range(t.y, t.bottom)]
    assert len(cells) == len(set(cells))
    assert len(cells) == (width * height if topics else 0)
    assert all(len(row) == width for row in frame(all_tiles, width, height))


def test_topics_that_are_alike_lie_near_each_other() -> None:
    places = [(0.0, 0.0), (1.0, 1.0), (0.1, 0.0), (0.9, 1.0)]
    one, two, three, four = tiles([5, 5, 5, 5], places, 80, 10)
    assert max(one.x, three.x) < min(two.x, four.x)


def test_lines_join() -> None:
    all_tiles = (Tile(0, 0, 0, 3, 2), Tile(1, 3, 0, 3, 2), Tile(2, 0, 2, 6, 2))
    assert frame(all_tiles, 6, 4) == ["  │   ", "──┴───", "      ", "      "]
