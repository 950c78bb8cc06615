"""Whatever people and programs do to a folder, one random step after the other."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.faults.index import Index, word, words_in

_TOPICS = ("the river bank", "a violin lesson", "oak leaves", "the garden lease", "winter tax")


class History:
    """Changes to the folder of an index; its random numbers tell which."""

    def __init__(self, index: Index, random: Random, first_word: int = 0) -> None:
        self._index = index
        self._random = random
        self._number = first_word

    def step(self) -> str:
        """Change something and return what was done."""
        kinds: tuple[Callable[[], object], ...] = (
            self.write,
            self.write,
            self.edit,
            self.edit_unnoticeably,
            self.append,
            self.rename,
            self.rename_folder,
            self.delete,
        )
        kind = self._random.choice(kinds)
        kind()
        return kind.__name__

    def text(self) -> str:
        """Return a text that holds a new word."""
        self._number += 1
        topic = self._random.choice(_TOPICS)
        paragraphs = [f"{topic} {word(self._number)}", *(f"{topic} again, {n}" for n in range(3))]
        return "# A note\n\n" + "\n\n".join(paragraphs) + "\n"

    def write(self) -> Path:
        """Write a new file, perhaps in a new folder."""
        place = self._random.choice(("", "a/", "b/", "a/deep/"))
        path = self._index.root / f"{place}{self._random.randrange(10_000)}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self._note_dead(path)
        path.write_text(self.text())
        return path

    def edit(self) -> None:
        """Replace the text of a file, as most editors do."""
        path = self._any()
        self._note_dead(path)
        partial = path.with_suffix(".part")
        partial.write_text(self.text())
        partial.replace(path)

    def edit_unnoticeably(self) -> None:
        """Write as many bytes as there were, and give the file its old times."""
        path = self._any()
        before = path.stat()
        old = [*words_in(path.read_text())]
        if not old:
            return
        self._note_dead(path)
        self._number += 1
        path.write_text(path.read_text().replace(old[0], word(self._number)))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def append(self) -> None:
        """Add to a file."""
        with self._any().open("a") as file:
            self._number += 1
            file.write(f"\nand {word(self._number)} too\n")

    def rename(self) -> None:
        """Move a file to another name, perhaps over another file."""
        path, target = self._any(), self._index.root / f"{self._random.randrange(10_000)}.md"
        if target.exists():
            self._note_dead(target)
        path.rename(target)

    def rename_folder(self) -> None:
        """Give a folder another name."""
        folders = [one for one in self._index.root.iterdir() if one.is_dir()]
        target = self._index.root / f"c{self._random.randrange(10_000)}"
        if folders and not target.exists():
            self._random.choice(sorted(folders)).rename(target)

    def delete(self) -> None:
        """Delete a file."""
        path = self._any()
        self._note_dead(path)
        path.unlink()

    def _any(self) -> Path:
        files = self._index.files()
        if not files:
            return self.write()
        return files[self._random.choice(sorted(files))]

    def _note_dead(self, path: Path) -> None:
        self._index.dead.extend(words_in(path.read_text()))
