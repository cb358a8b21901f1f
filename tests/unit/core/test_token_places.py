"""Tokens of the cache, and the characters of the shown messages that they hold."""

import random
from collections.abc import Sequence

import pytest

from app.core.conversations import Library
from app.core.memory_store import MemoryStore
from app.core.prompt import prompt_of
from app.core.redaction import Redaction
from app.core.token_places import SentTokens, TokenPlace, carried, sent_tokens
from app.device.chat_template import ChatTemplate
from app.device.text_backends import FastBackend
from app.device.tokenizer import DeviceTokenizer
from app.domain.conversation import Attachment, Message, Role
from app.domain.ids import new_message_id
from app.domain.redaction import RedactionChoices
from app.domain.sampling import SamplingSettings
from app.privacy.redaction.names import by_form
from app.privacy.redaction.redactor import Redactor
from tests.sim.cloud_simulator import SimulatedCloud, SimulatedNear
from tests.sim.library import Recorder, simulated_writer
from tests.tiny_models import CHATML, tiny_tokenizer

TRICKY = [
    "Hello there",
    "assistant",
    "a",
    "user\nassistant\n",
    "  two spaces before, three after   ",
    "Grüße, 你好 👩‍👩‍👧‍👦 🙂 é",
    "<|im_end|> is only text <|im_start|>",
    "\n\nlines\n",
    "You are",
]


@pytest.fixture(scope="module")
def tokenizer() -> DeviceTokenizer:
    made = tiny_tokenizer()
    source = made.backend_tokenizer.to_str().encode()
    names = {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>"}
    return DeviceTokenizer(
        FastBackend(source.decode(), list(names.values())), ChatTemplate(CHATML, names), frozenset({made.eos_token_id})
    )


def message(text: str, role: Role = Role.USER, **more) -> Message:
    return Message(new_message_id(), role, text, **more)


def after_reply(tokenizer: DeviceTokenizer, branch: list[Message], reply: str, system: str = "") -> SentTokens:
    prompt = prompt_of(branch, system, "tiny", tokenizer.eos_ids)
    held = tokenizer.encode_chat(prompt.turns, add_generation_prompt=True, replies=prompt.replies)
    begin = len(held)
    held += tokenizer.encode(reply)
    return sent_tokens(tokenizer, held, (REPLY, begin), branch, system, "tiny")


REPLY = new_message_id()


def assert_covers(sent: SentTokens, one: Message) -> None:
    """Each character is held by a token that says it."""
    places = sent.sent[one.id].places
    held = [set() for _ in one.text]
    for place in places:
        assert place.is_exact
        for at in range(place.start, place.end):
            held[at].add(place.position)
        said = sent.texts[place.position]
        assert "\ufffd" in said or one.text[place.start : place.end] in said
    assert all(held)


@pytest.mark.parametrize("text", TRICKY)
@pytest.mark.parametrize("system", ["", "You are a user, not an assistant."])
def test_every_character_of_every_message_is_held(tokenizer, text: str, system: str) -> None:
    branch = [message("Hi"), message(text, Role.ASSISTANT), message(text)]
    sent = after_reply(tokenizer, branch, text, system)
    for one in branch:
        assert_covers(sent, one)
    assert sent.sent[REPLY].text == text
    assert "".join(text[p.start : p.end] for p in sent.sent[REPLY].places if "\ufffd" not in sent.texts[p.position])


def test_messages_that_became_one_turn_and_attachments_keep_their_places(tokenizer) -> None:
    first = message("the same words", attachments=(Attachment("a.txt", "the same words\n"),))
    second = message("the same words")
    sent = after_reply(tokenizer, [first, second], "Yes")
    assert_covers(sent, first)
    assert_covers(sent, second)
    last = {place.position for place in sent.sent[first.id].places}
    assert not last & {place.position for place in sent.sent[second.id].places}
    assert min(last) > 10  # the attachment stands before it


def test_an_earlier_reply_with_its_own_tokens_is_found(tokenizer) -> None:
    spelled = [tokenizer.encode(sign)[0] for sign in "Hello"]  # not as the tokenizer would write it
    reply = message("Hello", Role.ASSISTANT, tokens=tuple(spelled), model_id="tiny")
    sent = after_reply(tokenizer, [message("Hi"), reply, message("And?")], "So.")
    assert [place.end - place.start for place in sent.sent[reply.id].places] == [1] * 5


def test_a_chat_that_the_cache_does_not_begin_with_has_no_places_but_the_replys(tokenizer) -> None:
    held = [*tokenizer.encode("something else"), *tokenizer.encode("Yes")]
    sent = sent_tokens(tokenizer, held, (REPLY, len(held) - 1), [message("Hi")], "", "tiny")
    assert set(sent.sent) == {REPLY}


# Sent and shown


def words(text: str) -> tuple[TokenPlace, ...]:
    """A token a word, with the space before it."""
    found, at = [], 0
    for number, word in enumerate(text.replace(" ", "\0 ").split("\0")):
        found.append(TokenPlace(number, at, at + len(word)))
        at += len(word)
    return tuple(found)


def test_the_tokens_of_a_stand_in_hold_the_whole_of_the_real_words_together() -> None:
    sent, shown = "Ask Maria Larsen about +49 171 55 now", "Ask Anna Schmidt-Keller about +49 30 1234 now"
    found = {place.position: shown[place.start : place.end] for place in carried(words(sent), sent, shown)}
    assert found[0] == "Ask"
    assert "Anna" in found[1]
    assert "Schmidt-Keller" in found[2]
    assert found[3] == " about"
    assert found[7] == " now"
    exact = {place.position for place in carried(words(sent), sent, shown) if place.is_exact}
    assert {0, 3, 7} <= exact
    assert not {1, 2, 5} & exact


def test_what_is_not_shown_has_no_place_and_what_was_not_sent_no_token() -> None:
    assert [place.position for place in carried(words("one two three four"), "one two three four", "one two")] == [0, 1]
    found = carried(words("two three"), "two three", "one two three")
    assert max(place.end for place in found) == len("one two three")


def test_alignment_is_linear_and_ordered_for_any_two_texts() -> None:
    rng = random.Random(5)
    vocabulary = ["the", "a", " ", "Anna", "Maria", ".", "12", "\n", "é", "🙂"]
    for _ in range(200):
        shown = "".join(rng.choices(vocabulary, k=rng.randrange(60)))
        sent = shown.replace("Anna", "Zoe Q").replace("12", "99") if rng.random() < 0.5 else "".join(
            rng.choices(vocabulary, k=rng.randrange(60))
        )  # fmt: skip
        places = tuple(TokenPlace(at, at, at + 1) for at in range(len(sent)))
        found = carried(places, sent, shown)
        assert [place.start for place in found] == sorted(place.start for place in found)
        for place in found:
            assert 0 <= place.start < place.end <= len(shown)
            if place.is_exact:
                assert shown[place.start : place.end] == sent[place.position]


def test_line_ends_of_another_system_are_counted_as_the_chat_reads_them() -> None:
    sent = SentTokens(REPLY, (), 0, {REPLY: after_text("one\r\ntwo")})
    (places,) = sent.places({REPLY: "one\r\ntwo"}.get).values()
    assert places[-1].end == len("one\ntwo")


def after_text(text: str):
    from app.core.token_places import SentText

    return SentText(text, tuple(TokenPlace(at, at, at + 1) for at in range(len(text))))


# Of a real writer, in a chat that redacts


class NamesByForm:
    def find(self, text: str):
        return by_form(text)


class ScriptedNear(SimulatedNear):
    """Says what it is told to."""

    script: Sequence[int] = ()

    def next_token(self, state: bytes, sampler: list[int], context: Sequence[int]) -> int:
        sampler[0] += 1
        return self.script[sampler[0] - 1]


def test_the_tokens_of_stand_ins_hold_the_real_words_that_are_shown(tokenizer) -> None:
    near = ScriptedNear()
    redaction = Redaction(lambda: RedactionChoices(is_on=True), Redactor(NamesByForm()))  # type: ignore[arg-type]
    library = Library(MemoryStore(), sampling=SamplingSettings, system=lambda: "", redaction=redaction)
    writer = simulated_writer(SimulatedCloud(), tokenizer=tokenizer, near=near)
    library.attach(writer)
    recorder = Recorder(library)
    try:
        assert writer.sent_tokens() is None
        chat = library.new_chat()
        near.script = [*tokenizer.encode("Yes."), *tokenizer.eos_ids]
        library.send(chat, "Ask Anna Schmidt, please.")
        assert recorder.reply().error is None
        stand_in = library.preview(chat, "Anna Schmidt").replaced[0].stand_in
        near.script = [*tokenizer.encode(f"I told {stand_in} so."), *tokenizer.eos_ids]
        library.send(chat, "And?")
        assert recorder.reply().error is None
        shown = {turn.message.id: turn.message.text for turn in library.turns(chat)}
        question, _, _, reply = shown
        sent = writer.sent_tokens()
        places = sent.places(shown.get)
    finally:
        library.close()
    assert set(places) == set(shown)
    assert shown[reply] == "I told Anna Schmidt so."
    for message, before, after in ((question, "Ask", "please."), (reply, "I told", "so")):
        text = shown[message]
        rough = [place for place in places[message] if not place.is_exact]
        name = range(text.index("Anna"), text.index("Schmidt") + len("Schmidt"))
        assert rough
        assert all(place.start < name.stop and place.end > name.start for place in rough)
        exact = "".join(text[place.start : place.end] for place in places[message] if place.is_exact)
        assert before in exact
        assert after in exact
        assert "Anna" not in "".join(sent.texts)
    writer.forget()
    assert writer.sent_tokens() is None
