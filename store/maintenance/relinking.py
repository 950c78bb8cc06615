"""Choosing all edges anew, after much has come and gone.

Chunks that come later are linked to older ones by what codes tell of those, and a graph of such
edges tells a search little that codes do not. So once many were, the embeddings of all chunks are
recomputed from their files, and the graph is built from them as it was the first time. The cost of
this, spread over the chunks that came, is that of embedding each two to five times.
"""

from __future__ import annotations

from collections.abc import Callable

import apsw
import numpy as np

from ..database.meta import get_number
from ..documents import catalogue, extracts
from ..graph import edges, hubs
from ..graph.linking import GraphParameters
from ..graph.renewal import Renewal, renew_all
from ..values.embeddings import Embed
from ..values.files import FileRecord
from ..values.passages import ReadIndexed
from ..vectors import codes
from ..vectors.points import MOST_EXACT, Points
from ..vectors.quantiser import Quantiser

_CHANGED_SHARE = 0.4
"""Of all chunks. Where a fifth was edited, which counts twice, a search that follows edges finds
some .007 less of the ten nearest than over a graph built anew."""
_BATCH_CHUNKS = 1024


def is_due(connection: apsw.Connection) -> bool:
    """Tell whether so much has changed that choosing all edges anew pays.

    It would not while a folder cannot be seen: its texts cannot be read.
    """
    next_chunk = get_number(connection, "next_chunk")
    changes = get_number(connection, "graph_changes")
    if not changes or next_chunk > MOST_EXACT:
        return False
    if connection.execute("SELECT EXISTS (SELECT 1 FROM folder WHERE NOT online)").get:
        return False
    live = int(codes.live_mask(connection, next_chunk).sum())
    return changes > _CHANGED_SHARE * live


def plan_relinking(
    connection: apsw.Connection,
    quantiser: Quantiser,
    read: ReadIndexed,
    embed: Embed,
    report: Callable[[float], None],
    is_cancelled: Callable[[], bool],
    parameters: GraphParameters,
) -> Renewal | None:
    """Embed all chunks and choose their edges; None if cancelled. Writes nothing.

    Args:
        connection: within a transaction.
        quantiser: projects embeddings to the space of the codes.
        read: reads the texts of chunks. Of those that it cannot, codes must do.
        embed: texts to embeddings of the index model.
        report: told from time to time which share of the chunks is embedded.
        is_cancelled: asked before each batch.
        parameters: the shape of the graph.
    """
    table = codes.load(connection, get_number(connection, "next_chunk"))
    end = table.live.size
    places = np.zeros((end, quantiser.code_dims), dtype=np.float16)
    for first in range(1, end, _BATCH_CHUNKS):
        if is_cancelled():
            return None
        report(first / end)
        batch = range(first, min(first + _BATCH_CHUNKS, end))
        places[first : batch.stop] = quantiser.decode(table.codes[:, first : batch.stop].T)
        texts = _texts(connection, batch, read)
        if texts:
            places[[*texts]] = quantiser.project(embed([*texts.values()]))
    if is_cancelled():
        return None
    points = Points(quantiser, table.codes, 0, places)
    known = edges.load(connection, end)
    return renew_all(known, points, table.live, hubs.known(connection), parameters)


def _texts(connection: apsw.Connection, chunks: range, read: ReadIndexed) -> dict[int, str]:
    """Return the texts of those of some chunks that are live and can be read, by chunk."""
    texts: dict[int, str] = {}
    for record in catalogue.files_among(connection, chunks):
        own = _own(record, chunks)
        indexes = range(own.start - record.first_chunk, own.stop - record.first_chunk)
        if own:
            found = read(record, indexes, extracts.reader(connection, record))
            texts |= zip(own, found or (), strict=False)
    return texts


def _own(record: FileRecord, chunks: range) -> range:
    """Return those of some chunks that are a file's."""
    end = record.first_chunk + len(record.spans)
    return range(max(record.first_chunk, chunks.start), min(end, chunks.stop))
