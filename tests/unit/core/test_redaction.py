"""Redaction in the life of a chat: what is sent holds stand-ins, what is shown and stored holds the real words."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest

from app.core.conversations import Library
from app.core.events import TextAdded
from app.core.memory_store import MemoryStore
from app.core.redaction import Redaction
from app.domain.conversation import Attachment, ChatOptions, EndReason
from app.domain.errors import ModelError
from app.domain.ids import ChatId
from app.domain.redaction import RedactionChoices, Replaced
from app.domain.sampling import SamplingSettings
from app.privacy.redaction.kinds import Span
from app.privacy.redaction.names import by_form
from app.privacy.redaction.redactor import Redactor
from app.privacy.redaction.stand_ins import StandIns
from app.wire.plan import ExchangePlan
from tests.sim.cloud_simulator import END, SimulatedCloud, SimulatedNear
from tests.sim.library import Recorder, last, said, simulated_writer

ASKED = "Ask Anna Schmidt (anna.schmidt@firma.de, +49 170 1234567) to come. Anna knows."
REAL = ("Anna", "Schmidt", "anna.schmidt@firma.de", "firma", "1234567")


class NamesByForm:
    """The lists and titles, without the language model."""

    def find(self, text: str) -> Iterator[Span]:
        return by_form(text)


class Characters:
    """A tokenizer whose tokens are code points, and whose turns end in END."""

    eos_ids = frozenset({END})

    def __init__(self) -> None:
        self.prompts: list[str] = []

    def encode_chat(
        self,
        messages: Sequence[tuple[str, str]],
        *,
        add_generation_prompt: bool,
        replies: Mapping[int, Sequence[int]] = {},
    ) -> list[int]:
        tokens: list[int] = []
        for place, (_, text) in enumerate(messages):
            tokens += [*(replies[place] if place in replies else self.encode(text)), 10]
        self.prompts.append(self.decode(tokens))
        return tokens

    def encode(self, text: str) -> list[int]:
        return [ord(sign) for sign in text]

    def decode(self, tokens: Sequence[int]) -> str:
        return "".join(map(chr, tokens))

    def reply_decoder(self) -> "Characters.Decoder":
        return Characters.Decoder()

    class Decoder:
        def add(self, token: int) -> str:
            return chr(token)

        def finish(self) -> str:
            return ""


class Parrot(SimulatedNear):
    """A model that says the last message of its prompt again, and ends."""

    def __init__(self, plan: ExchangePlan | None = None) -> None:
        super().__init__(plan)

    def next_token(self, state: bytes, sampler: list[int], context: Sequence[int]) -> int:
        text = "".join(map(chr, context))
        prompt, _, reply = text.rpartition("\n")
        asked = prompt.rpartition("\n")[2]
        return END if len(reply) == len(asked) else ord(asked[len(reply)])


@contextmanager
def chatting(
    choices: RedactionChoices = RedactionChoices(is_on=True),  # noqa: B008 - frozen
    *,
    store: MemoryStore | None = None,
    system: str = "",
    sampling: SamplingSettings = SamplingSettings(max_tokens=500),  # noqa: B008 - frozen
) -> Iterator[tuple[Library, Recorder, Characters]]:
    redaction = Redaction(lambda: choices, Redactor(NamesByForm()))
    library = Library(store or MemoryStore(), sampling=lambda: sampling, system=lambda: system, redaction=redaction)
    tokens = Characters()
    writer = simulated_writer(SimulatedCloud(), tokenizer=tokens, near=Parrot())  # type: ignore[arg-type]
    library.attach(writer)
    try:
        yield library, Recorder(library), tokens
    finally:
        library.close()


def send(library: Library, recorder: Recorder, chat: ChatId, text: str, *attachments: Attachment) -> None:
    library.send(chat, text, attachments)
    assert recorder.reply().error is None


def test_stand_ins_are_sent_and_the_real_words_shown_and_stored() -> None:
    store = MemoryStore()
    with chatting(store=store) as (library, recorder, tokens):
        chat = library.new_chat()
        send(library, recorder, chat, ASKED)
        assert said(library, chat) == [ASKED, ASKED]  # the parrot's reply, put back
        assert "".join(event.text for event in recorder.events if isinstance(event, TextAdded)) == ASKED
        assert [message.text for message in store.load(chat).messages] == [ASKED, ASKED]
        for prompt in tokens.prompts:
            assert not any(real in prompt for real in REAL), prompt
        assert ASKED not in tokens.decode([t for t in last(library, chat).tokens if t != END])
        assert last(library, chat).end is EndReason.END_OF_TEXT


def test_system_message_attachments_and_stop_strings_are_redacted() -> None:
    sampling = SamplingSettings(max_tokens=500, stop=("Anna:",))
    with chatting(system="You help Anna Schmidt.", sampling=sampling) as (library, recorder, tokens):
        chat = library.new_chat()
        send(library, recorder, chat, "What is this?", Attachment("Schmidt_Anna.txt", "Tel. +49 170 1234567"))
        assert not any(real in tokens.prompts[-1] for real in REAL), tokens.prompts[-1]


def test_the_next_message_goes_on_from_the_reply_that_the_cache_holds() -> None:
    with chatting() as (library, recorder, tokens):
        chat = library.new_chat()
        send(library, recorder, chat, ASKED)
        before = tokens.prompts[-1] + tokens.decode([t for t in last(library, chat).tokens if t != END])
        send(library, recorder, chat, "And Anna?")
        assert tokens.prompts[-1].startswith(before)
        assert last(library, chat).text == "And Anna?"


def test_a_cut_reply_goes_on_and_is_put_back_as_a_whole() -> None:
    with chatting(sampling=SamplingSettings(max_tokens=9)) as (library, recorder, _):
        chat = library.new_chat()
        send(library, recorder, chat, ASKED)
        for _ in range(len(ASKED)):
            if not last(library, chat).can_continue:
                break
            library.continue_reply(chat, last(library, chat).id)
            assert recorder.reply().error is None
        assert last(library, chat).text == ASKED


def test_edit_and_regenerate_stay_redacted() -> None:
    with chatting() as (library, recorder, tokens):
        chat = library.new_chat()
        send(library, recorder, chat, ASKED)
        library.regenerate(chat)
        assert recorder.reply().error is None
        first = library.turns(chat)[0].message.id
        library.edit(chat, first, "Tell Anna Schmidt to go.")
        assert recorder.reply().error is None
        assert said(library, chat)[-1] == "Tell Anna Schmidt to go."
        assert not any(real in prompt for prompt in tokens.prompts for real in REAL)


def test_a_reply_from_before_redaction_is_not_sent_with_its_tokens() -> None:
    with chatting(RedactionChoices(is_on=False)) as (library, recorder, tokens):
        chat = library.new_chat()
        send(library, recorder, chat, ASKED)
        assert "Anna Schmidt" in tokens.prompts[-1]
        library.set_options(chat, ChatOptions(redacts=True))
        send(library, recorder, chat, "Once more, please.")
        assert not any(real in tokens.prompts[-1] for real in REAL), tokens.prompts[-1]
        library.set_options(chat, ChatOptions(redacts=False))
        send(library, recorder, chat, "And now as it is.")
        assert tokens.prompts[-1].count("Anna Schmidt") == 2  # no stand-in is left beside the real name


def test_a_reply_cut_before_redaction_cannot_go_on_with_its_tokens() -> None:
    with chatting(RedactionChoices(is_on=False), sampling=SamplingSettings(max_tokens=30)) as (
        library,
        recorder,
        tokens,
    ):
        chat = library.new_chat()
        send(library, recorder, chat, ASKED)
        library.set_options(chat, ChatOptions(redacts=True))
        count = len(tokens.prompts)
        library.continue_reply(chat, last(library, chat).id)
        error = recorder.reply().error
        assert error is not None and "before its chat was redacted" in error.message
        assert len(tokens.prompts) == count


def test_the_map_lives_with_the_chat_and_goes_with_it() -> None:
    store = MemoryStore()
    with chatting(store=store) as (library, recorder, tokens):
        chat = library.new_chat()
        send(library, recorder, chat, ASKED)
        kept = StandIns.from_json(store.stand_ins(chat))
        assert {"Anna", "Schmidt"} <= {pair.real for pair in kept.pairs}
        copy = library.fork(chat, last(library, chat).id)
        assert store.stand_ins(copy) == store.stand_ins(chat)
    with chatting(store=store) as (library, recorder, again):
        send(library, recorder, chat, "Where is Anna?")
        assert again.prompts[-1].startswith(tokens.prompts[-1])
        library.delete(chat)
    assert store.stand_ins(chat) == ""


def test_the_map_is_stored_before_anything_leaves() -> None:
    store = MemoryStore()
    held: list[str] = []
    with chatting(store=store) as (library, recorder, tokens):
        chat = library.new_chat()
        encode = tokens.encode_chat

        def encode_and_look(*args: object, **more: object) -> list[int]:
            held.append(store.stand_ins(chat))
            return encode(*args, **more)  # type: ignore[arg-type]

        tokens.encode_chat = encode_and_look  # type: ignore[method-assign]
        send(library, recorder, chat, ASKED)
    assert held and all("Schmidt" in one for one in held)


def test_one_click_keeps_a_word_and_another_replaces_it_again() -> None:
    with chatting() as (library, recorder, tokens):
        chat = library.new_chat()
        shown = library.preview(chat, ASKED)
        assert shown is not None
        assert [(one.kind, one.real) for one in shown.replaced] == [
            ("person", "Anna Schmidt"),
            ("mail", "anna.schmidt@firma.de"),
            ("phone", "+49 170 1234567"),
            ("person", "Anna"),
        ]
        library.keep_real(chat, shown.replaced[0], is_kept=True)
        again = library.preview(chat, ASKED)
        assert again is not None and [one.is_kept for one in again.replaced] == [True, False, False, True]
        send(library, recorder, chat, ASKED)
        assert "Anna Schmidt" in tokens.prompts[-1] and "1234567" not in tokens.prompts[-1]
        library.keep_real(chat, Replaced("person", "Anna Schmidt", ""), is_kept=False)
        send(library, recorder, chat, "Once more.")
        assert not any(real in tokens.prompts[-1] for real in REAL)


def test_the_preview_names_the_stand_ins_that_are_then_sent() -> None:
    with chatting() as (library, recorder, tokens):
        chat = library.new_chat()
        shown = library.preview(chat, ASKED)
        assert shown is not None
        send(library, recorder, chat, ASKED)
        assert all(one.stand_in in tokens.prompts[-1] for one in shown.replaced)


def test_the_estimate_counts_what_will_be_sent_and_learns_nothing() -> None:
    store = MemoryStore()
    with chatting(store=store) as (library, recorder, tokens):
        chat = library.new_chat()
        library.save_draft(chat, ASKED)
        estimate = library.estimate(chat, ASKED)
        assert store.stand_ins(chat) == ""
        send(library, recorder, chat, ASKED)
        assert estimate is not None and estimate.total_tokens == len(tokens.prompts[-1])


def test_a_chat_may_redact_or_not_whatever_the_settings_say() -> None:
    with chatting(RedactionChoices(is_on=True)) as (library, recorder, tokens):
        chat = library.new_chat()
        library.set_options(chat, ChatOptions(redacts=False))
        assert library.preview(chat, ASKED) is None
        send(library, recorder, chat, ASKED)
        assert "Anna Schmidt" in tokens.prompts[-1]


def test_without_the_model_for_names_nothing_is_sent() -> None:
    class Missing:
        def find(self, text: str) -> Iterator[Span]:
            raise ModelError("Names cannot be found on this computer.")

    redaction = Redaction(lambda: RedactionChoices(is_on=True), Redactor(Missing()))
    tokens = Characters()
    library = Library(MemoryStore(), sampling=SamplingSettings, system=lambda: "", redaction=redaction)
    library.attach(simulated_writer(SimulatedCloud(), tokenizer=tokens, near=Parrot()))  # type: ignore[arg-type]
    try:
        recorder = Recorder(library)
        chat = library.new_chat()
        library.send(chat, ASKED)
        ended = recorder.reply()
        assert isinstance(ended.error, ModelError)
        assert tokens.prompts == []
    finally:
        library.close()


@pytest.mark.parametrize("is_on", [True, False])
def test_a_kind_that_is_off_is_sent_as_it_is(is_on: bool) -> None:
    kinds = ("person", "mail", "phone") if is_on else ("person", "mail")
    with chatting(RedactionChoices(is_on=True, kinds=kinds)) as (library, recorder, tokens):
        chat = library.new_chat()
        send(library, recorder, chat, ASKED)
        assert ("+49 170 1234567" in tokens.prompts[-1]) is not is_on


def test_the_persons_own_words_are_replaced() -> None:
    with chatting(RedactionChoices(is_on=True, own=("Project Falcon",))) as (library, recorder, tokens):
        chat = library.new_chat()
        send(library, recorder, chat, "How is project  falcon doing?")
        assert "falcon" not in tokens.prompts[-1].lower()
        assert said(library, chat)[0] == "How is project  falcon doing?"
