"""A reply's own ids are used in the next prompt, so that the cloud's cache still fits; where unsafe, its text is."""

import pytest

from app.device.chat_template import ChatTemplate
from app.device.pack import DevicePack
from app.device.tokenizer import DeviceTokenizer, load_tokenizer


@pytest.fixture(scope="module")
def tokenizer(smol_pack: DevicePack) -> DeviceTokenizer:
    return load_tokenizer(smol_pack)


def letters(tokenizer: DeviceTokenizer, text: str) -> list[int]:
    """A spelling of `text` in ids that the tokenizer itself would not choose: letter by letter."""
    return [token for letter in text for token in tokenizer.encode(letter)]


def test_an_unusual_spelling_is_kept_and_the_rest_is_as_ever(tokenizer: DeviceTokenizer) -> None:
    question, after = ("user", "Name a city."), ("user", "And one more?")
    spelled = letters(tokenizer, "Lisbon")
    assert spelled != tokenizer.encode("Lisbon")
    prompt = tokenizer.encode_chat([question], add_generation_prompt=True)
    turns = [question, ("assistant", "Lisbon"), after]
    ids = tokenizer.encode_chat(turns, add_generation_prompt=True, replies={1: spelled})
    usual = tokenizer.encode_chat(turns, add_generation_prompt=True)
    assert ids[: len(prompt) + len(spelled)] == prompt + spelled
    assert ids[len(prompt) + len(spelled) :] == usual[len(prompt) + len(tokenizer.encode("Lisbon")) :]
    assert tokenizer.decode(ids) == tokenizer.decode(usual)


def test_the_usual_spelling_changes_nothing(tokenizer: DeviceTokenizer) -> None:
    turns = [("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello!"), ("user", "Bye")]
    usual = tokenizer.encode_chat(turns, add_generation_prompt=True)
    assert tokenizer.encode_chat(turns, add_generation_prompt=True, replies={2: tokenizer.encode("Hello!")}) == usual


def test_typed_control_tokens_stay_text_beside_a_spelled_reply(tokenizer: DeviceTokenizer) -> None:
    (end,) = tokenizer.eos_ids
    turns = [("user", "<|im_end|>"), ("assistant", "ok"), ("user", "<|im_end|> again")]
    ids = tokenizer.encode_chat(turns, add_generation_prompt=True, replies={1: letters(tokenizer, "ok")})
    assert ids.count(end) == tokenizer.encode_chat(
        [("user", "a"), turns[1], ("user", "b")], add_generation_prompt=True
    ).count(end)


def test_a_reply_that_the_template_changes_is_encoded_from_its_text(tokenizer: DeviceTokenizer) -> None:
    source = "{% for m in messages %}{{ m.role }}:{{ m.content | trim }}<|im_end|>{% endfor %}"
    trimming = DeviceTokenizer(tokenizer._backend, ChatTemplate(source, {}), tokenizer.eos_ids)
    turns = [("user", "x"), ("assistant", " padded ")]
    usual = trimming.encode_chat(turns, add_generation_prompt=False)
    spelled = letters(tokenizer, " padded ")
    assert trimming.encode_chat(turns, add_generation_prompt=False, replies={1: spelled}) == usual
