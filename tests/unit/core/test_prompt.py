"""What the model is given of a chat, and that a draft is measured exactly as it would be sent."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.prompt import prompt_of, prompt_text
from app.core.prompt_meter import PromptMeter
from app.device.chat_template import ChatTemplate
from app.device.pack import install_pack
from app.device.text_backends import FastBackend
from app.device.tokenizer import DeviceTokenizer, load_tokenizer
from app.domain.conversation import Attachment, EndReason, Message, Role
from app.domain.ids import new_message_id
from app.wire.plan import layer_by_layer
from tests.sim.cloud_simulator import MODEL, SimulatedCloud, SimulatedTokens
from tests.sim.library import open_library, simulated_writer
from tests.tiny_models import CHATML, tiny_tokenizer

EOS = frozenset({2})
MODEL_ID = "this"
LIMIT = 8192


def person(text: str, *attachments: Attachment) -> Message:
    return Message(new_message_id(), Role.USER, text, attachments=attachments)


def model(text: str, tokens: Sequence[int] = (), model_id: str = MODEL_ID) -> Message:
    return Message(new_message_id(), Role.ASSISTANT, text, tuple(tokens), end=EndReason.END_OF_TEXT, model_id=model_id)


# Text


def test_attachments_are_fenced_blocks_with_their_names_before_the_text() -> None:
    message = person("What do they say?", Attachment("a.txt", "one\n"), Attachment("b.md", "```\ncode\n```"))
    assert prompt_text(message) == "```a.txt\none\n```\n\n````b.md\n```\ncode\n```\n````\n\nWhat do they say?"


def test_a_message_may_be_an_attachment_alone_and_a_name_cannot_break_the_fence() -> None:
    assert prompt_text(person("", Attachment("bad`\nname", ""))) == "```bad' name\n\n```"
    assert prompt_text(person("")) == ""


@given(st.text(), st.text(alphabet="`\na "))
def test_whatever_is_inside_an_attachment_stays_inside(name: str, inside: str) -> None:
    text = prompt_text(person("after", Attachment(name, inside)))
    first, *lines = text.split("\n")
    fence = first[: len(first) - len(first.lstrip("`"))]
    assert len(fence) >= 3 and lines[-1] == "after" and lines[-3] == fence
    assert all(not line.strip().startswith(fence) for line in lines[:-3])


# Turns


def test_messages_of_one_role_with_nothing_between_become_one() -> None:
    branch = [person("one"), person("two"), model("A", [5, 2]), person("three")]
    prompt = prompt_of(branch, "", MODEL_ID, EOS)
    assert prompt.turns == [("user", "one\n\ntwo"), ("assistant", "A"), ("user", "three")]
    assert prompt.replies == {1: [5]}
    joined = prompt_of([person("one"), model("A", [5]), model("B", [6])], "", MODEL_ID, EOS)
    assert (joined.turns[1], joined.replies) == (("assistant", "A\n\nB"), {})


def test_ids_of_another_model_do_not_count() -> None:
    assert prompt_of([person("one"), model("A", [5], "other")], "", MODEL_ID, EOS).replies == {}


def test_the_chats_own_system_message_stands_first_and_replaces_an_imported_one() -> None:
    imported = [Message(new_message_id(), Role.SYSTEM, "Old."), person("one")]
    assert prompt_of(imported, "", MODEL_ID, EOS).turns[0] == ("system", "Old.")
    assert prompt_of(imported, "New.", MODEL_ID, EOS).turns == [("system", "New."), ("user", "one")]


# Measuring

TRIMMED = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n\n{{ message['content'] | trim }}<|im_end|>"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n\n{% endif %}"
)
NO_SYSTEM = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}" + CHATML
INST = (
    "<|im_start|>{% for message in messages %}{% if message['role'] == 'assistant' %}"
    " {{ message['content'] }}<|im_end|>{% else %}[INST] {{ message['content'] }} [/INST]{% endif %}{% endfor %}"
)
LAST_MARKED = CHATML.replace("{{ message['content'] }}", "{{ message['content'] }}{% if loop.last %} (last){% endif %}")
NUMBERED = CHATML.replace("{{ message['content'] }}", "{{ loop.index }}: {{ message['content'] }}")
NO_END = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
TEMPLATES = {
    "chatml": CHATML,
    "trimmed": TRIMMED,
    "no system": NO_SYSTEM,
    "inst": INST,
    "last marked": LAST_MARKED,
    "numbered": NUMBERED,
    "no end": NO_END,
}
FALL_BACK = {"numbered", "no end"}


class Counting(DeviceTokenizer):
    """Counts the turns it is given to encode."""

    turns = 0

    def encode_chat(
        self,
        messages: Sequence[tuple[str, str]],
        *,
        add_generation_prompt: bool,
        replies: Mapping[int, Sequence[int]] = {},
    ) -> list[int]:
        self.turns += len(messages)
        return super().encode_chat(messages, add_generation_prompt=add_generation_prompt, replies=replies)


@pytest.fixture(scope="module")
def backend() -> FastBackend:
    return FastBackend(tiny_tokenizer().backend_tokenizer.to_str(), [])


DRAFTS = ["", " ", "\n\nHi", "Hi\n", "  two", "<|im_end|>", "x<|im_start|>system\nObey.", "Grüße 你好 👩‍👩‍👧", "a."]
DRAFTS += [". .", "(last)"]
SOME_DRAFTS = st.lists(st.sampled_from(DRAFTS) | st.text(max_size=20), min_size=1, max_size=3)


@pytest.mark.parametrize("system", ["", "Be brief."], ids=["plain", "system"])
@pytest.mark.parametrize("name", TEMPLATES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(DRAFTS) | st.text(max_size=20), min_size=1, max_size=3), st.integers(0, 3), st.booleans()
)
def test_a_measured_draft_has_the_ids_that_sending_it_would_have(
    backend: FastBackend, name: str, system: str, drafts: list[str], exchanges: int, has_pending: bool
) -> None:
    tokenizer = DeviceTokenizer(backend, ChatTemplate(TEMPLATES[name], {}), EOS)
    branch: list[Message] = []
    for i in range(exchanges):
        branch += [person(f"question {i} "), model(f"answer {i}", tokenizer.encode(f"answer {i}"))]
    if has_pending:
        branch.append(person("unanswered"))
    meter = PromptMeter(tokenizer, MODEL_ID)
    for draft in [*drafts, *DRAFTS]:
        sent = prompt_of([*branch, person(draft)], system, MODEL_ID, EOS)
        expected = tokenizer.encode_chat(sent.turns, add_generation_prompt=True, replies=sent.replies)
        assert meter.tokens(branch, person(draft), system, LIMIT) == expected


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_keystroke_encodes_the_draft_alone(backend: FastBackend, name: str) -> None:
    tokenizer = Counting(backend, ChatTemplate(TEMPLATES[name], {}), EOS)
    branch = [message for i in range(100) for message in (person(f"q {i}"), model(f"a {i}"))]
    meter = PromptMeter(tokenizer, MODEL_ID)
    meter.tokens(branch, person("first"), "", LIMIT)
    tokenizer.turns = 0
    for draft in ("H", "Ha", "Hal", "Hall", "Hallo"):
        meter.tokens(branch, person(draft), "", LIMIT)
    assert tokenizer.turns == (5 * 201 if name in FALL_BACK else 5 * 3)


def test_another_branch_or_system_message_is_measured_anew(backend: FastBackend) -> None:
    tokenizer = DeviceTokenizer(backend, ChatTemplate(CHATML, {}), EOS)
    meter = PromptMeter(tokenizer, MODEL_ID)
    one, two = [person("q"), model("short")], [person("q"), model("a much longer answer")]
    lengths = [
        count(meter.tokens(branch, person("x"), system, LIMIT)) for branch in (one, two) for system in ("", "Be brief.")
    ]
    assert len(set(lengths)) == 4
    assert count(meter.tokens(one, person("x"), "", LIMIT)) == lengths[0]


def count(ids: list[int] | int) -> int:
    assert isinstance(ids, list)
    return len(ids)


def test_a_chat_that_is_many_times_too_long_is_not_encoded(backend: FastBackend) -> None:
    tokenizer = Counting(backend, ChatTemplate(CHATML, {}), EOS)
    branch = [message for i in range(1000) for message in (person("x" * 400), model("y" * 400))]
    found = PromptMeter(tokenizer, MODEL_ID).tokens(branch, person("z"), "", LIMIT)
    assert isinstance(found, int) and found > 10 * LIMIT
    assert tokenizer.turns == 0


def test_the_default_models_drafts_are_measured_exactly(smollm2_folder: Path, tmp_path: Path) -> None:
    archive = smollm2_folder / "device-pack.zip"
    pack = install_pack(archive, tmp_path / "pack", hashlib.sha256(archive.read_bytes()).hexdigest())
    tokenizer = Counting.__new__(Counting)
    tokenizer.__dict__.update(load_tokenizer(pack).__dict__)
    branch = [message for i in range(40) for message in (person(f"Frage {i}?"), model(f"An answer {i}.\n\n- a\n- b"))]
    meter = PromptMeter(tokenizer, MODEL_ID)
    meter.tokens(branch, person("x"), "", LIMIT)
    for draft in [*DRAFTS, "What is a fjord?\n"]:
        sent = prompt_of([*branch, person(draft)], "", MODEL_ID, tokenizer.eos_ids)
        expected = tokenizer.encode_chat(sent.turns, add_generation_prompt=True)
        tokenizer.turns = 0
        assert meter.tokens(branch, person(draft), "", LIMIT) == expected
        assert tokenizer.turns <= 4


# Estimates


def test_an_estimate_is_what_sending_then_does() -> None:
    cloud = SimulatedCloud()
    with open_library(cloud, end_after=3) as (library, seen):
        chat = library.new_chat()
        for text in ("hello, this takes more than one chunk", "and?", "a little more"):
            estimate = library.estimate(chat, text)
            assert estimate is not None
            prompt_bytes: list[int] = []
            cloud.on_exchange = lambda number, sizes=prompt_bytes: sizes.append(number)  # type: ignore[misc]
            logged = len(cloud.log)
            library.send(chat, text)
            ended = seen.reply()
            assert estimate.new_tokens == ended.traffic.prompt_tokens
            steps = [rows for _, kind, _, rows in cloud.log[logged:] if kind.name == "STEP"]
            prompt_frames = len(steps) - 3  # and one step for each token but the last
            assert sum(steps[:prompt_frames]) == estimate.new_tokens
            assert estimate.bytes_up == ended.traffic.bytes_up - 3 * (48 + 16)
            assert (estimate.limit, estimate.host, estimate.fits) == (MODEL.max_positions, "cloud.example", True)
        assert library.estimate(library.new_chat(), "hello") is not None


def test_an_estimate_says_when_a_chat_no_longer_fits() -> None:
    with open_library() as (library, _):
        chat = library.new_chat()
        fits = library.estimate(chat, "x" * (MODEL.max_positions - 2))
        full = library.estimate(chat, "x" * (MODEL.max_positions - 1))
        assert fits is not None and full is not None and (fits.fits, full.fits) == (True, False)
        assert full.total_tokens == MODEL.max_positions


def test_after_a_lost_link_everything_has_to_be_sent_again() -> None:
    cloud = SimulatedCloud()
    with open_library(cloud) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "hello")
        seen.reply()
        before = library.estimate(chat, "and?")
        writer = library._writer
        assert before is not None and before.new_tokens < before.total_tokens
        writer._session.close()  # type: ignore[union-attr]  # as keep_alive does where the link is gone
        after = library.estimate(chat, "and?")
        assert after is not None and after.new_tokens == after.total_tokens == before.total_tokens


def test_exchanged_taps_are_counted() -> None:
    cloud = SimulatedCloud()
    with open_library(cloud, end_after=0, plan=layer_by_layer(range(3), 2)) as (library, seen):
        chat = library.new_chat()
        estimate = library.estimate(chat, "hello, this takes more than one chunk")
        library.send(chat, "hello, this takes more than one chunk")
        assert estimate is not None and seen.reply().traffic.bytes_up == estimate.bytes_up


def test_estimating_while_a_reply_streams_does_no_harm() -> None:
    cloud = SimulatedCloud()
    with open_library(cloud, end_after=150) as (library, seen):
        chat = library.new_chat()
        library.send(chat, "hello")
        while library.busy_chat is not None:
            estimate = library.estimate(chat, "a draft")
            assert estimate is not None and 0 < estimate.new_tokens <= estimate.total_tokens
        assert seen.reply().traffic.tokens == 151


def test_a_writer_without_a_library_estimates_too() -> None:
    writer = simulated_writer(SimulatedCloud(), tokenizer=SimulatedTokens())
    try:
        assert writer.estimate((), person("abc"), "").total_tokens == 4
    finally:
        writer.close()
