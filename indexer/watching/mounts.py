"""What is mounted where: another computer's files change without telling, disks come and go."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path("/proc/self/mountinfo")
_REMOTE = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|ncpfs|afpfs|webdav|davfs2?|9p|virtiofs|vboxsf|vmhgfs|prl_fs|afs|ceph"
    r"|glusterfs|lustre|ocfs2|gfs2?|fuse\.(sshfs|rclone|s3fs|glusterfs|ceph.*|davfs.*|vmhgfs.*)"
    r"|macfuse|osxfuse"
)
_MAC_LINE = re.compile(r" on (?P<place>.*) \((?P<kind>\w+)[,)]")
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mounts:
    """The mount table at one moment. Unequal tables mean that something was (un)mounted."""

    kinds: tuple[tuple[str, str], ...]
    """(place, kind of file system), in the order they were mounted."""

    @classmethod
    def now(cls) -> Mounts:
        """Read the table; an empty one if this system has none that we know."""
        try:
            if sys.platform == "darwin":
                lines = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=True)
                found = (_MAC_LINE.search(line) for line in lines.stdout.splitlines())
                return cls(tuple((one["place"], one["kind"]) for one in found if one))
            return cls(tuple(map(_entry, _TABLE.read_bytes().splitlines())))
        except (OSError, subprocess.CalledProcessError):
            return cls(())

    def remote_kind(self, path: Path) -> str | None:
        """Return the kind of file system that holds `path` if other computers can write to it."""
        text = str(path)
        best = ("", "")
        for place, kind in self.kinds:
            inside = text == place or text.startswith(place.rstrip(os.sep) + os.sep)
            if inside and len(place) >= len(best[0]):
                best = (place, kind)
        return best[1] if _REMOTE.fullmatch(best[1]) else None


def _entry(line: bytes) -> tuple[str, str]:
    """Return place and kind from a line of mountinfo (proc_pid_mountinfo(5))."""
    before, _, after = line.partition(b" - ")
    place = _OCTAL.sub(lambda match: chr(int(match[1], 8)), before.split()[4].decode("latin-1"))
    return os.fsdecode(place.encode("latin-1")), after.split()[0].decode("ascii", "replace")
