"""Every form of a planted secret is found, wherever it stands and however it is packed; what is not there is not."""

import base64
import bz2
import gzip
import lzma
import random
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit.canary import make_canaries, prompt_of, prove_search, with_tokens
from app.audit.needles import Canary, needles_of, search

SENTENCE = Canary("sentence", "the heron guards violet and marzipan while quarry counts lantern gravel")
NAME = Canary("name", "Quimarzel Lindaxbro")
NUMBER = Canary("number", "4711 8152 9093 1234")
TOKENS = (811, 40_961, 77, 9_233, 49_151, 300, 12_345, 2_222, 31_999, 5)
NOISE = random.Random(3).randbytes(20_000)
NEEDLES = needles_of([with_tokens(SENTENCE, lambda text: TOKENS), NAME, NUMBER])


def found(data: bytes) -> set[str]:
    return {f"{one.kind}: {one.form}" for one in search([("here", data)], NEEDLES)}


def at_each_offset(data: bytes) -> list[bytes]:
    return [NOISE[:at] + data + NOISE[at:] for at in (0, 1, 777, len(NOISE))]


# Written here once more, by other means than the code under test.
LEAKS: dict[str, bytes] = {
    "sentence: UTF-8": b"... violet and marzipan ...",
    "name: UTF-8": b"lindaxbro",
    "number: UTF-8": b"4711815290931234",
    "number: 64-bit integer": (4711815290931234).to_bytes(8, "big"),
    "number: 64-bit float": struct.pack("<d", 4711815290931234.0),
    "number: packed decimal": bytes.fromhex("4711815290931234"),
    "sentence: UTF-16-LE": "heron guards violet".encode("utf-16-le"),
    "sentence: UTF-16-BE": "heron guards violet".encode("utf-16-be"),
    "sentence: UTF-32-LE": "heron guards violet".encode("utf-32-le"),
    "sentence: UTF-8, backwards": b"violet and marzipan"[::-1],
    "sentence: hex": b"counts lantern gravel".hex().encode(),
    "name: URL": b"Quimarzel%20Lindaxbro",
    "sentence: token ids, 1 byte each": bytes(token % 256 for token in TOKENS[:8]),
    "sentence: token ids, varints": bytes.fromhex("ab06 81c002 4d 9148".replace(" ", "")),
    "sentence: token ids, decimal text": b"[811, 40961, 77, 9233, 49151]",
    "sentence: token ids, 32-bit floats": struct.pack("<4f", *TOKENS[3:7]),
}
for _width in range(2, 9):
    for _order in ("little", "big"):
        _ids = b"".join(
            token.to_bytes(8, "little")[:_width] if _order == "little" else token.to_bytes(8, "big")[-_width:]
            for token in TOKENS[2:6]
        )
        LEAKS[f"sentence: token ids, {_width} bytes each, {_order}-endian"] = _ids


@pytest.mark.parametrize("form", list(LEAKS))
def test_a_leak_of_each_form_at_any_place(form: str) -> None:
    for data in at_each_offset(LEAKS[form]):
        assert form in found(data)


@pytest.mark.parametrize("shift", range(5))
def test_base64_and_base32_at_every_alignment(shift: int) -> None:
    text = NOISE[:shift] + b"x: Quimarzel Lindaxbro, y" + NOISE[:3]
    for encode, form in (
        (base64.b64encode, "base64"),
        (base64.urlsafe_b64encode, "base64"),
        (base64.b32encode, "base32"),
    ):
        assert f"name: {form}" in found(b"{'data': '" + encode(text) + b"'}")


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


PACKERS: list[Callable[[bytes], bytes]] = [gzip.compress, zlib.compress, lambda d: zlib.compress(d, 1), bz2.compress]
PACKERS += [lzma.compress, lambda data: gzip.compress(zlib.compress(data))]


@pytest.mark.parametrize("pack", PACKERS)
def test_packed_at_any_place(pack: Callable[[bytes], bytes]) -> None:
    secret = NOISE[:5000] + b"my name is Quimarzel Lindaxbro" + NOISE[:300]
    for data in at_each_offset(pack(secret)):
        assert "name: UTF-8" in found(data)
    assert "name: UTF-8" in found(raw_deflate(secret))


def test_a_packed_piece_that_was_cut_is_read_as_far_as_it_goes() -> None:
    packed = zlib.compress(b"Quimarzel Lindaxbro" + NOISE)
    assert "name: UTF-8" in found(NOISE + packed[:400])


def test_nothing_is_found_where_nothing_is() -> None:
    assert found(NOISE * 20) == set()
    assert found(b"the heron and the violet; a lantern. 4711 8152") == set()


@given(st.binary(max_size=2000))
@settings(max_examples=200)
def test_any_bytes_can_be_searched(data: bytes) -> None:
    for packed in (data, b"\x1f\x8b\x08" + data, b"x\x9c" + data + b"BZh9" + data):
        search([("here", packed)], NEEDLES[::60])


def test_a_bomb_is_opened_only_so_far() -> None:
    bomb = zlib.compress(zlib.compress(bytes(2**23)))
    assert found(bomb + b"Quimarzel Lindaxbro") == found(b"Quimarzel Lindaxbro") != set()


def test_the_search_proves_itself_and_the_proof_can_fail() -> None:
    places = [("sent", NOISE[:3000])]
    assert prove_search(places, NEEDLES) == (len(NEEDLES), len(NEEDLES))
    assert prove_search([], NEEDLES[:50]) == (50, 50)


def test_canaries_are_new_each_time_and_all_in_the_message() -> None:
    one, other = make_canaries(), make_canaries()
    assert {canary.text for canary in one}.isdisjoint(canary.text for canary in other)
    prompt = prompt_of(one)
    assert all(canary.text in prompt for canary in one)
    assert {canary.kind for canary in one} == {"sentence", "name", "number"}
    assert found_in_prompt(prompt, one) == {"sentence", "name", "number"}


def found_in_prompt(prompt: str, canaries: tuple[Canary, ...]) -> set[str]:
    return {one.kind for one in search([("prompt", prompt.encode())], needles_of(canaries))}
