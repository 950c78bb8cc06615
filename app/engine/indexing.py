"""An index run, and what it has to do when the settings ask for another index model.

Then the present index is brought up to date with its own model, the new one is made beside it,
and when that is complete it takes the place of the old one. Whatever stops the run, the next one
goes on from there, and the present index answers until then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic

import indexer  # what reads files is looked up when it is used, as a search does without
from indexer import ModelError, Scope
from store import Progress, Store, StoreDamaged, StoreError, Writer

from .models import Coder, Models

OnProgress = Callable[[Progress], None]
Scopes = Mapping[int, Scope | None]


class Indexing:
    """Brings an index up to date."""

    def __init__(
        self,
        store: Store,
        models: Models,
        *,
        max_bytes: int,
        report: OnProgress,
        is_cancelled: Callable[[], bool],
        scopes: Scopes | None = None,
        is_careful: bool = False,
    ) -> None:
        """Look at whole folders, or at what `scopes` says of those with these ids; see `Run`."""
        self._store = store
        self._models = models
        self._max_bytes = max_bytes
        self._report = report
        self._is_cancelled = is_cancelled
        self._scopes = scopes
        self._is_careful = is_careful

    def run(self) -> Progress:
        """Do it. Raises StoreError or ModelError; what was done before stays."""
        chosen = self._models.chosen
        with self._store.writer() as writer:
            made_with = writer.made_with
            if made_with is None or made_with.fingerprint == chosen.identity.fingerprint:
                writer.discard_successor()
                return self._bring_up_to_date(writer, chosen, self._store)
            former = self._models.maker(made_with)
            if former is not None:
                progress = self._keep_up(writer, former)
                if self._is_cancelled():
                    return progress
            return self._succeed(writer, chosen)

    def _keep_up(self, writer: Writer, former: Coder) -> Progress:
        """Bring the present index up to date, as far as its own model can."""

        def report(progress: Progress) -> None:
            if progress.phase != "done":  # there is more to do
                self._report(progress)

        try:
            return self._bring_up_to_date(writer, former, self._store, report)
        except ModelError:
            return Progress()  # it is about to be replaced anyway

    def _succeed(self, writer: Writer, chosen: Coder) -> Progress:
        """Go on with the index that the chosen model makes, and put it in place if complete."""
        try:
            with writer.successor() as successor:
                successor.mirror_folders(self._store.folders())
                progress = self._bring_up_to_date(successor, chosen, self._store.successor)
                if progress.phase == "done":
                    self._note_vanished(successor)
            damage = [one.what for one in self._store.successor.check()]
        except StoreDamaged as error:
            damage = [error.what]
        if damage:
            writer.discard_successor()
            raise StoreError(
                f"the index that was being made with {chosen.embedder.model.name} is damaged "
                f"({damage[0]}); run `thimble index` to begin it again; the present one answers"
            )
        if progress.phase == "done" and all(one.online for one in self._store.successor.folders()):
            writer.take_over()
        return progress

    def _note_vanished(self, successor: Writer) -> None:
        """Take a folder that had files and is empty now for one that cannot be seen."""
        present = {one.folder.id: one for one in self._store.status().folders}
        for new in self._store.successor.status().folders:
            if present[new.folder.id].files and not new.files and not new.skipped:
                seen = successor.last_seen(new.folder)
                successor.set_last_seen(new.folder, seen, online=False)

    def _bring_up_to_date(
        self, writer: Writer, coder: Coder, store: Store, report: OnProgress | None = None
    ) -> Progress:
        writer.adopt_models(coder.identity)
        scopes = self._scopes if store is self._store else None  # a new index has seen nothing yet
        run = indexer.Run(
            writer,
            coder.sparing if self._is_careful else coder.embedder,
            coder.quantiser,
            max_bytes=self._max_bytes,
            report=report or self._report,
            is_cancelled=self._is_cancelled,
            scopes=scopes,
            is_careful=self._is_careful,
        )
        folders = store.folders()
        if scopes is not None:
            folders = tuple(folder for folder in folders if folder.id in scopes)
        return run.run(folders)


def relink(
    store: Store, models: Models, report: OnProgress, is_cancelled: Callable[[], bool]
) -> Progress:
    """Choose all edges of the graph anew, if that is due, with the model that made the index.

    If cancelled meanwhile, nothing is changed. Raises StoreError or ModelError.
    """
    started = monotonic()

    def progress(phase: str, share: float) -> Progress:
        return Progress(phase, relinked=share, elapsed_s=monotonic() - started)

    done = 0.0

    def note(share: float) -> None:
        nonlocal done
        done = share
        report(progress("relinking", share))

    with store.writer() as writer:
        made_with = writer.made_with if writer.is_relinking_due else None
        coder = None if made_with is None else models.maker(made_with)
        is_done = coder is None or writer.relink(
            coder.quantiser,
            indexer.read_indexed,
            coder.sparing.embed_passages,
            note,
            is_cancelled,
        )
    return progress("done" if is_done else "relinking", done)


def are_current(store: Store, scopes: Scopes, *, max_bytes: int) -> bool:
    """Return whether a run over some parts of folders would change nothing. Writes nothing."""
    return all(
        indexer.is_current(store, folder, scopes[folder.id], max_bytes=max_bytes)
        for folder in store.folders()
        if folder.id in scopes
    )
