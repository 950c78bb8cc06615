"""Find field photos that are the same file twice, and say which copy could go.

Nothing is deleted. I once deleted the only picture of a flood mark this way.
"""

import hashlib
import sys
from collections import defaultdict
from pathlib import Path


def fingerprint(path: Path) -> str:
    """SHA-256 of the bytes of a file, read in pieces so that videos fit in memory."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def twins(folder: Path) -> list[list[Path]]:
    """Groups of identical files below ``folder``, oldest first within each group.

    Only files of equal size are read, so a folder of ten thousand takes seconds.
    """
    by_size: dict[int, list[Path]] = defaultdict(list)
    for path in folder.rglob("*"):
        if path.is_file():
            by_size[path.stat().st_size].append(path)
    by_print: dict[str, list[Path]] = defaultdict(list)
    for same_size in by_size.values():
        if len(same_size) > 1:
            for path in same_size:
                by_print[fingerprint(path)].append(path)
    groups = [g for g in by_print.values() if len(g) > 1]
    return [sorted(g, key=lambda p: p.stat().st_mtime) for g in groups]


if __name__ == "__main__":
    for first, *others in twins(Path(sys.argv[1])):
        print(first)
        for other in others:
            print("   again:", other)
