"""The device's tokenizer: conversations and texts to token ids, and back (implements `Tokens` of app/core/ports.py).

For ordinary text `encode_chat` gives the ids of transformers' `apply_chat_template`. Text of a person that looks like a
control token stays text (control_text.py). It decides nothing about which messages are in a conversation.
"""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from app.device.chat_template import ChatTemplate, PlainTemplate
from app.device.control_text import ControlText, unused_mark
from app.device.memory import release_freed
from app.device.pack import DamagedPack, DevicePack
from app.device.reply_decoder import StreamingDecoder
from app.device.text_backends import FastBackend, SentencePieceBackend, TextBackend

_SPECIAL_NAMES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_MODEL = "assistant"
_NO_REPLIES: Mapping[int, Sequence[int]] = MappingProxyType({})


class DeviceTokenizer:
    """Tokens of one device pack."""

    def __init__(
        self,
        backend: TextBackend,
        template: ChatTemplate | PlainTemplate,
        eos_ids: frozenset[int],
        bos_prefix: Sequence[int] = (),
    ) -> None:
        """bos_prefix: ids put before a conversation that has no chat template (a template writes its own)."""
        self.eos_ids = eos_ids
        self._backend = backend
        self._template = template
        self._prefix = list(bos_prefix) if isinstance(template, PlainTemplate) else []
        special = {token for token, is_special in backend.added.items() if is_special}
        # Ordinary added tokens count where the template writes them ("<think>"); runs of newlines and the like do not.
        written = {token for token in backend.added if token.strip() and token in template.source}
        self._control = ControlText(special | written)
        self._control_of_model = ControlText(special)

    def encode_chat(
        self,
        messages: Sequence[tuple[str, str]],
        *,
        add_generation_prompt: bool,
        replies: Mapping[int, Sequence[int]] = _NO_REPLIES,
    ) -> list[int]:
        """Ids of (role, text) pairs through the chat template. Raises ModelError where the template refuses them.

        replies: place in `messages` -> the very ids that the model made for it. They are used in place of its text's
        where the template writes it unchanged and ends it with a control token: a text may have more than one spelling
        in ids, and only the one that was made is in the cloud's cache.
        """
        known = [*(text for _, text in messages), self._template.source, *self._control.tokens]
        mark = unused_mark(known)
        # The model's own markup in its earlier replies ("</think>") is left for the template to find.
        broken = [
            (role, (self._control_of_model if role == _MODEL else self._control).break_in(text, mark))
            for role, text in messages
        ]
        rendered = self._template.render(broken, add_generation_prompt=add_generation_prompt)
        if replies:
            slot = unused_mark([*known, mark])
            slotted = [(role, f"{slot}{i}{slot}" if i in replies else text) for i, (role, text) in enumerate(broken)]
            pieces = self._template.render(slotted, add_generation_prompt=add_generation_prompt).split(slot)
            if self._is_faithful(pieces, broken, rendered):
                ids = list(self._prefix)
                for place, piece in enumerate(pieces):
                    ids += replies[int(piece)] if place % 2 else self._encode(piece, mark)
                return ids
        return self._prefix + self._encode(rendered, mark)

    def _is_faithful(self, pieces: Sequence[str], broken: Sequence[tuple[str, str]], rendered: str) -> bool:
        """True where filling the slots (the odd pieces) with their texts gives `rendered`, and a control token follows
        each, so that what stands after a reply is encoded the same whatever the reply's ids are."""
        filled = "".join(broken[int(piece)][1] if place % 2 else piece for place, piece in enumerate(pieces))
        return filled == rendered and all(piece.startswith(tuple(self._control.tokens)) for piece in pieces[2::2])

    def encode(self, text: str) -> list[int]:
        """Ids of a text by itself: no control tokens in it, none around it."""
        mark = unused_mark([text, *self._control.tokens])
        return self._encode(self._control.break_in(text, mark), mark)

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of a whole reply: what `reply_decoder` shows piece by piece."""
        text = self._backend.decode(tokens)
        if "\ufffd" not in text:
            return text
        decoder = self.reply_decoder()  # malformed bytes: libraries differ in how many signs stand for them
        return "".join(map(decoder.add, tokens)) + decoder.finish()

    def reply_decoder(self) -> StreamingDecoder:
        return StreamingDecoder(self._backend.decode, self._backend.special_ids)

    def _encode(self, text: str, mark: str) -> list[int]:
        return self._backend.encode_broken(text, self._control, mark) if mark in text else self._backend.encode(text)


def load_tokenizer(pack: DevicePack) -> DeviceTokenizer:
    """The tokenizer of an installed pack. Raises ModelError."""
    config = _config(pack)
    named = {name: text for name in _SPECIAL_NAMES if (text := _token_text(config.get(name))) is not None}
    template = _template(pack, config, named)
    facts = pack.facts
    source = pack.read_text("tokenizer.json")
    bos = facts.bos_token_id
    if source is not None:
        fast = FastBackend(source, list(named.values()))
        release_freed()
        puts_bos = bos is not None and fast.starts_with_bos(bos)
        return DeviceTokenizer(fast, template, facts.eos_token_ids, [bos] if bos is not None and puts_bos else [])
    try:
        model = (pack.folder / "tokenizer.model").read_bytes()
    except OSError as error:
        raise DamagedPack("tokenizer.model cannot be read") from error
    pieces = SentencePieceBackend(model, _added_tokens(config), legacy=config.get("legacy") is True)
    puts_bos = bos is not None and config.get("add_bos_token", True) is not False
    return DeviceTokenizer(pieces, template, facts.eos_token_ids, [bos] if bos is not None and puts_bos else [])


def _config(pack: DevicePack) -> dict[str, Any]:
    try:
        parsed = json.loads(pack.read_text("tokenizer_config.json") or "{}")
    except (ValueError, RecursionError) as error:
        raise DamagedPack("tokenizer_config.json cannot be read") from error
    if not isinstance(parsed, dict):
        raise DamagedPack("tokenizer_config.json cannot be read")
    return parsed


def _template(pack: DevicePack, config: Mapping[str, Any], named: Mapping[str, str]) -> ChatTemplate | PlainTemplate:
    """chat_template.jinja, else tokenizer_config.json's template (of several, the one named "default")."""
    source = pack.read_text("chat_template.jinja") or config.get("chat_template")
    if isinstance(source, list):
        by_name = {entry.get("name"): entry.get("template") for entry in source if isinstance(entry, dict)}
        source = by_name.get("default")
    return ChatTemplate(source, named) if isinstance(source, str) and source else PlainTemplate()


def _token_text(entry: object) -> str | None:
    """A token in tokenizer_config.json is a text, or an object with its text under "content"."""
    text = entry.get("content") if isinstance(entry, dict) else entry
    return text if isinstance(text, str) and text else None


def _added_tokens(config: Mapping[str, Any]) -> dict[int, tuple[str, bool]]:
    """tokenizer_config.json's added_tokens_decoder: id -> (text, whether it is special)."""
    added: dict[int, tuple[str, bool]] = {}
    entries = config.get("added_tokens_decoder")
    for number, entry in entries.items() if isinstance(entries, dict) else ():
        text = _token_text(entry)
        if str(number).isdecimal() and text is not None and isinstance(entry, dict):
            added[int(number)] = (text, entry.get("special") is True)
    return added
