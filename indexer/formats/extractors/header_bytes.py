"""Reading the header of a 7z archive: bytes, numbers of several lengths, bits."""

from __future__ import annotations


class HeaderBytes:
    """A header that is read from its beginning. Methods raise EOFError where it ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes were not read yet."""
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        """Read some bytes."""
        if size > self.left:
            raise EOFError("its header ends too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def byte(self) -> int:
        """Read a byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """Read a number of one to nine bytes: leading bits say how many follow."""
        first = self.byte()
        more = next((n for n in range(8) if not first & 0x80 >> n), 8)
        low = int.from_bytes(self.take(more), "little")
        return low | (first & (0x7F >> more)) << 8 * more

    def counted(self, count: int) -> range:
        """Return a range of so many things, each of which takes a byte or more."""
        if count > self.left:
            raise EOFError("its header ends too early")
        return range(count)

    def numbers(self, count: int) -> tuple[int, ...]:
        """Read so many numbers."""
        return tuple(self.number() for _ in self.counted(count))

    def bits(self, count: int) -> list[bool]:
        """Read so many bits."""
        data = self.take((count + 7) // 8)
        return [bool(data[at // 8] & 0x80 >> at % 8) for at in range(count)]

    def checksums(self, count: int) -> list[bool]:
        """Read the CRCs of so many streams; returns which of them have one."""
        defined = [True] * len(self.counted(count)) if self.byte() else self.bits(count)
        self.take(4 * sum(defined))
        return defined
