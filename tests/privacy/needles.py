"""A secret in every form in which it could hide in bytes."""

import base64
import struct
from collections.abc import Iterator, Sequence
from urllib.parse import quote

TOKEN_RUN = 4  # so many token ids in a row are no accident


def forms_of_text(text: str) -> Iterator[tuple[str, bytes]]:
    """UTF-8, UTF-16, UTF-32, hex, URL-quoted, and base64 at each of its three alignments."""
    raw = text.encode()
    yield "UTF-8", raw
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        yield encoding, text.encode(encoding)
    yield "hex", raw.hex().encode()
    yield "HEX", raw.hex().upper().encode()
    yield "URL", quote(text).encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            whole = encode(b"\0" * shift + raw).rstrip(b"=")
            yield f"base64 +{shift}", whole[4 if shift else 0 : -2]  # the ends depend on what stands beside


def forms_of_tokens(tokens: Sequence[int]) -> Iterator[tuple[str, bytes]]:
    """Every run of TOKEN_RUN ids as integers of 2, 4 and 8 bytes, both byte orders, as floats, and as decimal text."""
    for start in range(len(tokens) - TOKEN_RUN + 1):
        run = tokens[start : start + TOKEN_RUN]
        for order in "<>":
            for code in "HIQfd":
                yield f"tokens {order}{code}", struct.pack(f"{order}{TOKEN_RUN}{code}", *run)
        for separator in (",", ", ", " ", "\n"):
            yield "tokens as text", separator.join(map(str, run)).encode()


def found_in(haystack: bytes, text: str, tokens: Sequence[int]) -> list[str]:
    """Names of the forms of the secret that `haystack` holds; any half of the text counts."""
    words = text.split()
    middle = len(words) // 2
    halves = (" ".join(words[:middle]), " ".join(words[middle:]))
    forms = [form for half in halves for form in forms_of_text(half)] + list(forms_of_tokens(tokens))
    return [name for name, needle in forms if needle in haystack]


def websocket_payloads(stream: bytes) -> bytes:
    """Payloads of the WebSocket frames after the HTTP head of a captured stream, unmasked and joined (RFC 6455)."""
    out = bytearray()
    offset = stream.find(b"\r\n\r\n") + 4
    while offset + 2 <= len(stream):
        masked, size = stream[offset + 1] & 0x80, stream[offset + 1] & 0x7F
        offset += 2
        if size == 126:
            size = int.from_bytes(stream[offset : offset + 2])
            offset += 2
        elif size == 127:
            size = int.from_bytes(stream[offset : offset + 8])
            offset += 8
        mask = stream[offset : offset + 4] if masked else b""
        offset += len(mask)
        payload = stream[offset : offset + size]
        if mask:
            repeated = mask * (len(payload) // 4 + 1)
            payload = bytes(a ^ b for a, b in zip(payload, repeated, strict=False))
        out += payload
        offset += size
    return bytes(out)
