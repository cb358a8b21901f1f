"""Heights of rows, with their sums: where a row begins, and which row lies at an offset, in log n (a Fenwick tree)."""

from collections.abc import Iterable


class Heights:
    def __init__(self, heights: Iterable[float] = ()) -> None:
        self.replace(heights)

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, row: int) -> float:
        return self._heights[row]

    def replace(self, heights: Iterable[float]) -> None:
        self._heights = list(heights)
        self._tree = [0.0, *self._heights]
        for i in range(1, len(self._tree)):
            above = i + (i & -i)
            if above < len(self._tree):
                self._tree[above] += self._tree[i]
        self._top_bit = 1 << (len(self._heights).bit_length() - 1) if self._heights else 0

    def append(self, height: float) -> None:
        self._heights.append(height)
        i = len(self._heights)
        self._tree.append(self.top(i - 1) - self.top(i - (i & -i)) + height)
        self._top_bit = 1 << (i.bit_length() - 1)

    def set(self, row: int, height: float) -> None:
        difference = height - self._heights[row]
        self._heights[row] = height
        i = row + 1
        while i < len(self._tree):
            self._tree[i] += difference
            i += i & -i

    def top(self, row: int) -> float:
        """The sum of the heights of the rows before `row`."""
        total = 0.0
        while row > 0:
            total += self._tree[row]
            row -= row & -row
        return total

    @property
    def total(self) -> float:
        return self.top(len(self._heights))

    def row_at(self, offset: float) -> int:
        """The row that covers `offset`; the first or last one beyond the ends. -1 where there are no rows."""
        if not self._heights:
            return -1
        at, bit = 0, self._top_bit
        while bit:
            if at + bit < len(self._tree) and self._tree[at + bit] <= offset:
                at += bit
                offset -= self._tree[at]
            bit >>= 1
        return min(at, len(self._heights) - 1)
