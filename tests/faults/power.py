"""What a disk may hold when the power fails: all that was synced, and anything of what was not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.disk import Cut, Deleted, Event, Marked, Synced, Wrote

SECTOR_BYTES = 512
Pending = Wrote | Cut
Image = dict[str, bytes]
"""File name → content."""


@dataclass
class _File:
    synced: bytearray = field(default_factory=bytearray)
    pending: list[Pending] = field(default_factory=list)
    is_new: bool = True
    may_be_gone: bool = False
    """It was deleted, and the folder has not been synced since."""

    def sync(self) -> None:
        self.is_new = False
        for change in self.pending:
            _apply(self.synced, change)
        self.pending.clear()


@dataclass(frozen=True)
class Crash:
    """An image of the disk, and the last two things that were said to be done around it."""

    image: Image
    done: object
    doing: object
    how: str


def crashes(events: Sequence[Event], random: Random, moments: int | None = None) -> Iterator[Crash]:
    """Yield what the disk may hold after power failed, at so many moments or all, in every way."""
    marks = [event.what for event in events if isinstance(event, Marked)]
    chosen = {*range(len(events))} if moments is None else _some(events, random, moments)
    files: dict[str, _File] = {}
    done = -1
    for number, event in enumerate(events):
        done += isinstance(event, Marked)
        _happen(files, event)
        if number in chosen:
            before = marks[done] if done >= 0 else None
            after = marks[done + 1] if done + 1 < len(marks) else before
            for how in _WAYS:
                yield Crash(_image(files, how, random), before, after, f"event {number}, {how}")


def _some(events: Sequence[Event], random: Random, moments: int) -> set[int]:
    return {*random.sample(range(len(events)), moments)}


def _happen(files: dict[str, _File], event: Event) -> None:
    if isinstance(event, Marked):
        return
    file = files.setdefault(event.path.name, _File())
    if isinstance(event, Synced):
        if file.is_new and event.path.name.endswith(("-wal", "-journal")):
            for name in [name for name, one in files.items() if one.may_be_gone]:
                del files[name]  # SQLite syncs the folder with a new log
        file.sync()
    elif isinstance(event, Deleted):
        if event.synced:
            del files[event.path.name]
        else:
            file.may_be_gone = True
    else:
        if file.may_be_gone:  # it was deleted and made anew
            files[event.path.name] = file = _File(pending=[Cut(event.path, 0)])
        file.pending.append(event)


_WAYS = ("nothing more", "everything", "a prefix", "some of it", "torn")


def _image(files: dict[str, _File], how: str, random: Random) -> Image:
    image = {}
    for name, file in files.items():
        if file.may_be_gone and random.random() < 0.5:
            continue
        content = bytearray(file.synced)
        for change in _survivors(file.pending, how, random):
            _apply(content, change)
        image[name] = bytes(content)
    return image


def _survivors(pending: Sequence[Pending], how: str, random: Random) -> Iterable[Pending]:
    if how == "everything":
        return pending
    if how == "a prefix":
        return pending[: random.randint(0, len(pending))]
    if how == "some of it":
        return [one for one in pending if random.random() < 0.5]
    if how == "torn":
        return [
            piece for one in pending if random.random() < 0.8 for piece in _sectors(one, random)
        ]
    return ()


def _sectors(change: Pending, random: Random) -> Iterator[Pending]:
    """Yield those sectors of a write that reached the disk."""
    if isinstance(change, Cut):
        yield change
        return
    for start in range(0, len(change.data), SECTOR_BYTES):
        if random.random() < 0.7:
            data = change.data[start : start + SECTOR_BYTES]
            yield Wrote(change.path, change.offset + start, data)


def _apply(content: bytearray, change: Pending) -> None:
    if isinstance(change, Cut):
        del content[change.size :]
        return
    missing = change.offset - len(content)
    if missing > 0:
        content.extend(bytes(missing))
    content[change.offset : change.offset + len(change.data)] = change.data


def write_image(image: Image, folder: Path) -> None:
    """Have a folder hold an image and nothing else."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in image.items():
        (folder / name).write_bytes(content)
