"""Text to ids and back, with the two kinds of tokenizer files: tokenizer.json and sentencepiece's tokenizer.model.

A backend is given rendered text in which the control tokens of people's texts carry a break (control_text.py).
"""

import json
import secrets
from collections.abc import Sequence
from typing import Any, Protocol

from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer

from app.device.control_text import ControlText
from app.device.sentencepiece_model import PieceKind, piece_kinds
from app.domain.errors import ModelError


class TextBackend(Protocol):
    """What tokenizer.py needs of either kind."""

    added: dict[str, bool]  # tokens recognised inside text -> whether they are special (never shown)
    special_ids: frozenset[int]

    def encode(self, text: str) -> list[int]:
        """Ids of `text`, control tokens in it recognised; none are put around it."""

    def encode_broken(self, text: str, control: ControlText, mark: str) -> list[int]:
        """As `encode`, but control tokens that carry `mark` stay text, and the marks go."""

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of `tokens`, special ones left out."""


class FastBackend:
    """tokenizer.json, read by the tokenizers library."""

    def __init__(self, source: str, named_special: Sequence[str]) -> None:
        try:
            self._tokenizer = Tokenizer.from_str(source)
        except Exception as error:  # the library raises bare Exception for every fault of the file
            raise ModelError(
                "The model's tokenizer (tokenizer.json) is damaged.",
                "Remove the model in the settings and fetch it again.",
            ) from error
        self._named_special = [token for token in named_special if self._tokenizer.token_to_id(token) is not None]
        self._prepare(self._tokenizer, self._named_special)
        added = self._tokenizer.get_added_tokens_decoder()
        self.added = {token.content: token.special for token in added.values()}
        self.special_ids = frozenset(number for number, token in added.items() if token.special)
        self._aliased: Tokenizer | None = None
        self._aliases: dict[str, str] = {}

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def encode_broken(self, text: str, control: ControlText, mark: str) -> list[int]:
        """A second tokenizer, made when first needed, knows the control tokens by secret names: those that are whole
        are renamed, and what people wrote matches nothing, so it is encoded in one piece with its neighbours."""
        if self._aliased is None:
            self._aliases = {token: f"<{secrets.token_hex(16)}>" for token in control.tokens}
            self._aliased = Tokenizer.from_str(_renamed(self._tokenizer.to_str(), self._aliases))
            self._prepare(self._aliased, [self._aliases.get(token, token) for token in self._named_special])
        renamed = control.pattern.sub(lambda found: self._aliases[found[0]], text).replace(mark, "")
        ids: list[int] = self._aliased.encode(renamed, add_special_tokens=False).ids
        return ids

    def decode(self, tokens: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(tokens, skip_special_tokens=True)
        return text

    def starts_with_bos(self, bos: int) -> bool:
        """Whether this tokenizer puts `bos` before a plain text."""
        ids: list[int] = self._tokenizer.encode("a", add_special_tokens=True).ids
        return ids[:1] == [bos]

    @staticmethod
    def _prepare(tokenizer: Tokenizer, special: list[str]) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.add_special_tokens(special)


def _renamed(source: str, aliases: dict[str, str]) -> str:
    """tokenizer.json with some tokens under other names, their ids kept."""
    parsed: dict[str, Any] = json.loads(source)
    model = parsed["model"]
    vocab = model["vocab"]
    if isinstance(vocab, dict):
        model["vocab"] = {aliases.get(token, token): number for token, number in vocab.items()}
    else:  # unigram: a list of [token, score]
        model["vocab"] = [[aliases.get(token, token), score] for token, score in vocab]
    if model.get("unk_token") in aliases:
        model["unk_token"] = aliases[model["unk_token"]]
    for token in parsed["added_tokens"]:
        token["content"] = aliases.get(token["content"], token["content"])
    parsed["post_processor"] = None  # puts control tokens around a text: not wanted here, and it knows the old names
    return json.dumps(parsed, ensure_ascii=False)


# Appended to a serialised sentencepiece model, this is merged into it (protobuf's rule for a field that comes twice):
# ModelProto.normalizer_spec (3) { add_dummy_prefix (3): false }.
_SPACE = "\u2581"  # how a piece writes a space
_NO_DUMMY_PREFIX = b"\x1a\x02\x18\x00"


class SentencePieceBackend:
    """tokenizer.model, with the added tokens of tokenizer_config.json.

    As in transformers 5, only the text before the first control token gets sentencepiece's dummy space, or, where
    tokenizer_config.json says "legacy": true, the text after every control token too; never before another space.
    """

    def __init__(self, model: bytes, added: dict[int, tuple[str, bool]], *, legacy: bool) -> None:
        try:
            kinds = piece_kinds(model)
            self._first = SentencePieceProcessor()
            self._first.LoadFromSerializedProto(model)
            self._inner = SentencePieceProcessor()
            self._inner.LoadFromSerializedProto(model + _NO_DUMMY_PREFIX)
        except (RuntimeError, OSError, ValueError) as error:
            raise ModelError(
                "The model's tokenizer (tokenizer.model) is damaged.",
                "Remove the model in the settings and fetch it again.",
            ) from error
        self._size = self._first.GetPieceSize()
        pieces = {
            number: (self._first.IdToPiece(number).replace(_SPACE, " "), kind is not PieceKind.USER_DEFINED)
            for number, kind in enumerate(kinds)
            if kind in (PieceKind.CONTROL, PieceKind.UNKNOWN, PieceKind.USER_DEFINED)
        }
        self._added = {**pieces, **added}
        self.added = dict(self._added.values())
        self.special_ids = frozenset(number for number, (_, is_special) in self._added.items() if is_special)
        self._ids = {token: number for number, (token, _) in self._added.items()}
        self._recognised = ControlText(self._ids)
        self._legacy = legacy

    def encode(self, text: str) -> list[int]:
        ids: list[int] = []
        for index, piece in enumerate(self._recognised.split(text)):
            if index % 2:
                ids.append(self._ids[piece])
            elif piece:
                ids += self._encode_piece(piece, is_first=index == 0)
        return ids

    def encode_broken(self, text: str, control: ControlText, mark: str) -> list[int]:
        """Text between breaks is encoded apart, so that no piece of the vocabulary can join across a break."""
        ids: list[int] = []
        for index, part in enumerate(text.split(mark)):
            pieces = self._recognised.split(part)
            if index:
                ids += self._inner.encode(pieces[0])
                pieces[0] = ""
            for number, piece in enumerate(pieces):
                if number % 2:
                    ids.append(self._ids[piece])
                elif piece:
                    ids += self._encode_piece(piece, is_first=index == number == 0)
        return ids

    def decode(self, tokens: Sequence[int]) -> str:
        parts: list[str] = []
        run: list[int] = []
        for token in tokens:
            if token not in self._added:
                if token < self._size:  # the embedding table may have rows that no piece stands for
                    run.append(token)
                continue
            text, is_special = self._added[token]
            if not is_special:
                parts += [self._decode_run(run, is_first=not parts), text]
                run = []
        return "".join([*parts, self._decode_run(run, is_first=not parts)])

    def _encode_piece(self, piece: str, *, is_first: bool) -> list[int]:
        has_prefix = (self._legacy or is_first) and not piece.startswith((" ", _SPACE))
        ids: list[int] = (self._first if has_prefix else self._inner).encode(piece)
        return ids

    def _decode_run(self, run: list[int], *, is_first: bool) -> str:
        if not run:
            return ""
        text: str = (self._first if is_first else self._inner).decode(run)
        return text
