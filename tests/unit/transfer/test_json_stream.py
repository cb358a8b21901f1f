"""The stream gives what json.loads gives, whatever the pieces."""

import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.errors import SettingsError
from app.transfer import json_stream
from app.transfer.json_stream import JsonStream

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


class Pieces(io.StringIO):
    """A text that comes in pieces of the given sizes."""

    def __init__(self, text: str, sizes: list[int]) -> None:
        super().__init__(text)
        self._sizes = sizes

    def read(self, size: int | None = -1) -> str:
        return super().read(self._sizes.pop() if self._sizes else size)


@given(
    wanted=st.lists(values, max_size=5),
    sizes=st.lists(st.integers(1, 7), max_size=80),
    indent=st.sampled_from([None, 2]),
    ascii_only=st.booleans(),
)
@example(wanted=[0.5, -1e300], sizes=[1] * 40, indent=None, ascii_only=True)
def test_any_pieces_give_the_same_list(
    wanted: list[object], sizes: list[int], indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(wanted, indent=indent, ensure_ascii=ascii_only)
    assert list(JsonStream(Pieces(text, sizes)).each()) == wanted


@given(wanted=st.dictionaries(st.text(max_size=5), values, max_size=5), sizes=st.lists(st.integers(1, 7), max_size=80))
def test_any_pieces_give_the_same_object(wanted: dict[str, object], sizes: list[int]) -> None:
    stream = JsonStream(Pieces(json.dumps(wanted), sizes))
    assert {name: stream.value() for name in stream.pairs()} == wanted


@given(text=st.text(alphabet='[]{},:"\\ 01.eE-+tfnulrsaN\n', max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    stream = JsonStream(io.StringIO(text))
    try:
        for _ in stream.each():
            pass
    except SettingsError as error:
        assert error.advice


@given(wanted=st.lists(values, min_size=1, max_size=3), data=st.data())
def test_a_text_that_is_cut_is_refused(wanted: list[object], data: st.DataObject) -> None:
    text = json.dumps(wanted)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    with pytest.raises(SettingsError):
        list(JsonStream(io.StringIO(cut)).each())


def test_memory_is_bounded_by_the_largest_value() -> None:
    stream = JsonStream(io.StringIO("[" + ",".join(json.dumps("x" * 1000) for _ in range(10_000)) + "]"))
    count = sum(1 for _ in stream.each())
    assert count == 10_000
    assert len(stream._buffer) <= 2 * json_stream.CHUNK_CHARACTERS


def test_a_value_beyond_the_limit_is_refused() -> None:
    endless = io.StringIO('["' + "x" * 5_000_000)
    with pytest.raises(SettingsError, match="too large"):
        list(JsonStream(endless, limit_characters=2_000_000).each())
    assert endless.tell() < 5_000_000
