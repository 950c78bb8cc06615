"""What the one process that changes the index does: writes that are whole or not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from .database.connection import designed_errors, transaction
from .database.lock import WriterLock
from .database.meta import add_to_number, get_number, set_meta
from .database.schema import DERIVED_TABLES
from .documents import catalogue, folders, names, skipped
from .graph import edges, hubs
from .graph.linking import GraphParameters
from .graph.renewal import Renewal, plan_renewal
from .lexical import inverted_index
from .maintenance import changing, compaction, model_migration, relinking
from .maintenance.write_access import WriteAccess
from .values.embeddings import Embed, Vectors
from .values.files import Changes, Folder, Signature
from .values.passages import ReadIndexed
from .values.status import IndexModel, LastSeen
from .vectors import cache, codes
from .vectors.points import MOST_EXACT, RecentPoints
from .vectors.quantiser import Quantiser


class Writer(WriteAccess):
    """Write access to the index. Use as a context manager; every method is one transaction."""

    def __init__(self, path: Path, *, lock: WriterLock | None = None) -> None:
        """Write to the database at `path`, under a lock that is held already if it is given."""
        super().__init__(path, lock=lock)
        self._places = RecentPoints()

    @property
    def made_with(self) -> IndexModel | None:
        """The model that the index was made with, or None if it holds no files."""
        with designed_errors(self._path), transaction(self._connection, write=False):
            has_files = self._connection.execute("SELECT EXISTS (SELECT 1 FROM file)").get
            return model_migration.index_model(self._connection) if has_files else None

    def adopt_models(self, model: IndexModel) -> bool:
        """Say which index model the codes come from.

        If the index holds codes of another one, everything derived from documents is dropped,
        since vectors of two models cannot be compared. Returns whether that happened.
        """
        with designed_errors(self._path):
            known = model_migration.index_model(self._connection)
        if known == model:
            return False
        with self._change() as connection:
            model_migration.set_index_model(connection, model)
            if known is not None and known.codes == model.codes:
                return False
            for table in DERIVED_TABLES:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608
            hubs.clear(connection)
            cache.clear(connection)
            set_meta(connection, "next_chunk", 1)
            set_meta(connection, "next_unlinked", 1)
            set_meta(connection, "graph_changes", 0)
        self._places = RecentPoints()
        return known is not None

    def successor(self) -> Writer:
        """Return write access to the index that is made with another model, under the same lock."""
        return Writer(model_migration.successor_path(self._path), lock=self._lock)

    def mirror_folders(self, wanted: Sequence[Folder]) -> None:
        """Have exactly these folders, those of the index that this one is to succeed."""
        with self._change() as connection:
            if model_migration.mirror_folders(connection, wanted):
                changing.merge(connection)

    def take_over(self) -> None:
        """Replace all that is made from documents by what the successor holds, or change nothing.

        Its folders must be those of this index.
        """
        path = model_migration.successor_path(self._path)
        with (
            designed_errors(self._path),
            model_migration.attached(self._connection, path),
            self._change() as connection,
        ):
            model_migration.move_in(connection)
        self._places = RecentPoints()
        self.discard_successor()

    def discard_successor(self) -> None:
        """Delete the index that was being made with another model, if there is one."""
        model_migration.discard(self._path)

    def add_folder(
        self, name: str, path: Path, include: Iterable[str], exclude: Iterable[str]
    ) -> Folder:
        """Register a folder."""
        with self._change() as connection:
            return folders.insert_folder(connection, name, path, include, exclude)

    def remove_folder(self, folder: Folder) -> None:
        """Forget a folder with everything indexed in it."""
        with self._change() as connection:
            folders.delete_folder(connection, folder.id)
            changing.merge(connection)

    def last_seen(self, folder: Folder) -> LastSeen:
        """Return what the last scan saw of a folder."""
        return folders.last_seen(self._connection, folder.id)

    def set_last_seen(self, folder: Folder, seen: LastSeen, *, online: bool) -> None:
        """Record what a scan saw of a folder, and whether it could be seen."""
        if self.last_seen(folder) != seen or folder.online != online:
            with self._change() as connection:
                folders.set_last_seen(connection, folder.id, seen, online=online)

    def known_files(self, folder: Folder) -> dict[str, Signature]:
        """Return relative path → signature of the folder's files, indexed or skipped."""
        with designed_errors(self._path):
            return catalogue.known_files(self._connection, folder.id)

    def digests(self, folder: Folder, paths: Iterable[str]) -> dict[str, bytes]:
        """Return relative path → digest, of those of some files of the folder that are indexed."""
        with designed_errors(self._path):
            return names.digests(self._connection, folder.id, paths)

    def skip_reasons(self, folder: Folder) -> dict[str, str]:
        """Return relative path → why a file of the folder was not indexed."""
        with designed_errors(self._path):
            return skipped.reasons(self._connection, folder.id)

    def apply(
        self, folder: Folder, changes: Changes, vectors: Vectors, quantiser: Quantiser
    ) -> None:
        """Make some changes in a folder, all or none.

        Args:
            folder: the folder they concern.
            changes: what to change.
            vectors: embeddings of the chunks of `changes.files` in order, shape (chunks, dims).
            quantiser: makes the codes.
        """
        with self._change() as connection:
            if changes.moved:
                changing.move(connection, folder, changes.moved)
            if changes.removed:
                changing.forget(connection, folder, changes.removed)
            if changes.skipped:
                changing.skip(connection, folder, changes.skipped)
            first = get_number(connection, "next_chunk")
            if changes.files:
                changing.insert(connection, folder, changes.files, vectors, quantiser)
            elif changes.removed:
                changing.merge(connection)
            if changes.removed:
                catalogue.prune_directories(connection)
        self._places.append(first, quantiser.project(vectors))

    @property
    def is_linking_due(self) -> bool:
        """Whether `link` is to be called, as the places of many chunks are kept in memory."""
        return self._places.count >= MOST_EXACT

    def link(
        self,
        quantiser: Quantiser,
        parameters: GraphParameters = GraphParameters(),  # noqa: B008 (frozen)
    ) -> None:
        """Take chunks that came since the last time into the graph, and mend it around dead ones.

        Until then they are found without the graph.
        """
        with designed_errors(self._path), transaction(self._connection, write=False):
            renewal = plan_renewal(self._connection, quantiser, self._places, parameters)
        if renewal is not None:
            with self._change() as connection:
                self._put(renewal, quantiser)
                add_to_number(connection, "graph_changes", renewal.changes)
        self._places = RecentPoints()

    @property
    def is_relinking_due(self) -> bool:
        """Whether the graph is much changed, so that `relink` would have searches find more."""
        with designed_errors(self._path), transaction(self._connection, write=False):
            return relinking.is_due(self._connection)

    def relink(
        self,
        quantiser: Quantiser,
        read: ReadIndexed,
        embed: Embed,
        report: Callable[[float], None] = lambda _: None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Embed all chunks and choose all edges anew, unless cancelled; returns whether it did.

        `report` is told the share of the chunks that are embedded.
        """
        parameters = GraphParameters()
        with designed_errors(self._path), transaction(self._connection, write=False):
            renewal = relinking.plan_relinking(
                self._connection, quantiser, read, embed, report, is_cancelled, parameters
            )
        if renewal is None:
            return False
        with self._change() as connection:
            self._put(renewal, quantiser)
            set_meta(connection, "graph_changes", 0)
        self._places = RecentPoints()
        return True

    def _put(self, renewal: Renewal, quantiser: Quantiser) -> None:
        """Write what changes of the graph. Part of a transaction."""
        edges.store(self._connection, renewal.edges, renewal.blocks)
        hubs.add(self._connection, renewal.hubs, renewal.hub_places, quantiser)
        set_meta(self._connection, "next_unlinked", renewal.next_unlinked)

    def compact(self, *, force: bool = False) -> bool:
        """Give back the room of dead chunks if there are many; returns whether there were.

        To be called when a run has ended: words are packed then, too.
        """
        with designed_errors(self._path):
            next_chunk = get_number(self._connection, "next_chunk")
            packing_is_due = inverted_index.is_packing_due(self._connection, next_chunk)
        if packing_is_due:
            with self._change() as connection:
                inverted_index.pack(connection, codes.live_mask(connection, next_chunk))
        with designed_errors(self._path):
            if not force and not compaction.is_worthwhile(self._connection, next_chunk):
                return False
        with self._change() as connection:
            compaction.compact(connection, next_chunk)
        self._places = RecentPoints()
        return True
