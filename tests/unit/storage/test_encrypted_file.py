"""Encrypted files: what was written is read, and anything else is refused."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import StorageError, StoreDamaged
from app.storage.encrypted_file import SealBroken, SealedReader, SealedWriter, open_bytes, seal_bytes, seal_file

KEY = bytes(range(32))
CHUNK = 64


def sealed(*pieces: bytes, name: str = "a", key: bytes = KEY) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, key, name, CHUNK)
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    return file.getvalue()


def opened(data: bytes, name: str = "a", key: bytes = KEY) -> bytes:
    return b"".join(SealedReader(io.BytesIO(data), key, name).pieces())


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_any_pieces_come_back_as_one(pieces: list[bytes]) -> None:
    assert opened(sealed(*pieces)) == b"".join(pieces)


@given(st.binary(max_size=400), st.lists(st.integers(0, 120), max_size=8))
def test_it_is_read_in_pieces_of_any_length(data: bytes, lengths: list[int]) -> None:
    reader, found = SealedReader(io.BytesIO(sealed(data)), KEY, "a"), b""
    for length in lengths:
        if len(found) + length > len(data):
            with pytest.raises(SealBroken):
                reader.read(length)
            return
        found += reader.read(length)
    assert found + b"".join(reader.pieces()) == data


@given(st.binary(max_size=300), st.data())
def test_any_changed_bit_is_refused(data: bytes, choice: st.DataObject) -> None:
    whole = bytearray(sealed(data))
    whole[choice.draw(st.integers(0, len(whole) - 1))] ^= 1 << choice.draw(st.integers(0, 7))
    with pytest.raises((SealBroken, StorageError)):
        opened(bytes(whole))


@given(st.binary(max_size=300), st.data())
def test_any_cut_or_longer_file_is_refused(data: bytes, choice: st.DataObject) -> None:
    whole = sealed(data)
    with pytest.raises(SealBroken):
        opened(whole[: choice.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(SealBroken):
        opened(whole + choice.draw(st.binary(min_size=1, max_size=100)))


def test_chunks_moved_repeated_or_left_out_are_refused() -> None:
    whole = sealed(b"a" * CHUNK + b"b" * CHUNK + b"c" * 10)
    head, size = whole[:32], CHUNK + 16
    first, second, last = whole[32 : 32 + size], whole[32 + size : 32 + 2 * size], whole[32 + 2 * size :]
    assert opened(head + first + second + last)
    for order in ((second, first, last), (first, last), (second, last), (first, first, last), (first, second), (last,)):
        with pytest.raises(SealBroken):
            opened(head + b"".join(order))


def test_another_key_or_name_opens_nothing() -> None:
    whole = sealed(b"data")
    for wrong in ({"key": bytes(32)}, {"name": "b"}):
        with pytest.raises(SealBroken):
            opened(whole, **wrong)  # type: ignore[arg-type]


def test_the_same_data_is_never_sealed_the_same_way() -> None:
    assert sealed(b"data") != sealed(b"data")


def test_files_are_whole_and_private_and_errors_are_in_words(tmp_path: Path) -> None:
    target, plain = tmp_path / "adapter.nhs", tmp_path / "adapter.safetensors"
    plain.write_bytes(b"weights" * 100_000)
    seal_file(plain, target, KEY, "adapter")
    assert open_bytes(target, KEY, "adapter") == plain.read_bytes()
    assert target.stat().st_mode & 0o077 == 0 and b"weights" not in target.read_bytes()
    seal_bytes(b"second", target, KEY, "adapter")
    assert open_bytes(target, KEY, "adapter") == b"second"
    with pytest.raises(StoreDamaged, match=r"adapter.nhs is damaged"):
        open_bytes(target, bytes(32), "adapter")
    with pytest.raises(StorageError, match="cannot be read"):
        open_bytes(tmp_path / "nothing", KEY, "adapter")
    newer = bytearray(target.read_bytes())
    newer[8] = 2
    target.write_bytes(newer)
    with pytest.raises(StorageError, match="newer Nearhalf"):
        open_bytes(target, KEY, "adapter")
