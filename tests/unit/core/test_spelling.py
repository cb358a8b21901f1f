"""The spelling check over the real word lists: what is marked, what is not, and what is offered instead."""

import gzip
import json
from pathlib import Path

import pytest

from app.core.spelling.checker import Spelling
from app.core.spelling.near_words import edits
from app.core.spelling.prose import prose_words
from app.core.spelling.word_list import WordList
from app.domain.errors import Cancelled
from app.domain.spelling import LANGUAGES, MOST_SUGGESTIONS, OWN_SPELLINGS, chosen_languages, own_spellings
from app.storage.key_wraps import PassphraseCost
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.sim.keyrings import MemoryKeyring

ENGLISH = """
Hi, could you help me rewrite this e-mail so that it sounds a bit friendlier? I'm trying to organise my mum's 70th
birthday, and my neighbours' favourite colour is grey. I've been refactoring our codebase and the linter keeps
complaining about unused imports. We're travelling to Edinburgh next Thursday; which theatre near the centre would you
recommend? She cancelled her licence. Let's analyse the behaviour of this programme. I'd've thought they'd realise
sooner. Why doesn't my sourdough rise? Give me gluten-free dinner ideas with chickpeas, spinach, and feta. My
three-year-old won't sleep. I'm gonna try that, thanks! Ugh, it crashed again lol. The Wi-Fi drops whenever the
microwave is on. He's an anaesthetist, she's a paediatrician. Convert 20 °C to Fahrenheit.
It's a catalogue of jewellery.
"""
GERMAN = """
Hallo, kannst du mir bitte helfen, diese E-Mail etwas freundlicher zu formulieren? Ich schreibe gerade an meiner
Bachelorarbeit über erneuerbare Energien. Was ist der Unterschied zwischen Krankenversicherung und Pflegeversicherung?
Wie backe ich einen Zwetschgenkuchen mit Hefeteig? Warum geht's meinem Gummibaum nicht gut? Schreib mir ein
Kündigungsschreiben für meinen Handyvertrag. Ich hab' gestern meine Steuererklärung abgegeben. Der Drucker zeigt eine
Fehlermeldung an, und der Papiereinzug klemmt. Die Geschwindigkeitsbegrenzung gilt auch auf der Umgehungsstraße.
Ein- und Ausgabe sind vertauscht. Die Donaudampfschifffahrtsgesellschaft gibt es wirklich. Ist das datenschutzkonform
und benutzerfreundlich? Zurückgekommen bin ich erst um Mitternacht. Der Spracherkennungsdienst versteht meinen Dialekt.
Wie lautet die Einwilligungserklärung nach der Datenschutzgrundverordnung?
"""


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling()


def marked(spelling: Spelling, text: str, *languages: str) -> list[str]:
    return [one.word for one in spelling.check(text, languages)]


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        (ENGLISH, ("en",)),
        (GERMAN, ("de",)),
        (ENGLISH + GERMAN, ("de", "en")),
        ("Qu'est-ce que l'effet de serre ? Aujourd'hui, il fait beau. Explique-moi la différence.", ("fr",)),
        ("Qual è la differenza tra un virus e una cellula? L'acqua del lago è fredda.", ("it",)),
        ("Mijn ziektekostenverzekering is duurder geworden. De computer toont een foutmelding.", ("nl",)),
        ("Estou à procura de uma receita de bolo de maçã. Podes ajudar-me?", ("pt",)),
    ],
)
def test_ordinary_text_has_no_marks(spelling: Spelling, text: str, languages: tuple[str, ...]) -> None:
    assert marked(spelling, text, *languages) == []


@pytest.mark.parametrize(
    ("wrong", "right", "language"),
    [
        *((wrong, right, "en") for wrong, right in (
            ("recieve", "receive"), ("definately", "definitely"), ("alot", "a lot"), ("wierd", "weird"),
            ("seperate", "separate"), ("tommorow", "tomorrow"), ("adress", "address"), ("teh", "the"),
            ("thier", "their"), ("becuase", "because"), ("occured", "occurred"), ("Untill", "Until"),
        )),
        *((wrong, right, "de") for wrong, right in (
            ("Strasse", "Straße"), ("fuer", "für"), ("wirklcih", "wirklich"), ("vieleicht", "vielleicht"),
            ("Standart", "Standard"), ("garnicht", "gar nicht"), ("nähmlich", "nämlich"), ("eigendlich", "eigentlich"),
            ("Rechtschreibprüfunng", "Rechtschreibprüfung"), ("Rythmus", "Rhythmus"), ("Maschiene", "Maschine"),
            ("Ergebniss", "Ergebnis"),
        )),
    ],
)  # fmt: skip
def test_a_misspelt_word_is_marked_and_put_right(spelling: Spelling, wrong: str, right: str, language: str) -> None:
    found = spelling.check(f"x {wrong} x", (language,))
    assert [(one.start, one.word) for one in found] == [(2, wrong)]
    offered = spelling.suggest(wrong, (language,))
    assert right in offered
    assert len(offered) <= MOST_SUGGESTIONS


def test_a_word_is_right_where_any_chosen_language_knows_it(spelling: Spelling) -> None:
    text = "The Rechtschreibprüfung works"
    assert marked(spelling, text, "en") == ["Rechtschreibprüfung"]
    assert marked(spelling, text, "de") == ["The", "works"]
    assert marked(spelling, text, "de", "en") == []


@pytest.mark.parametrize(
    "text",
    [
        "`recieve` and ``a ` recieve``",
        "```\nrecieve teh\n```",
        "~~~python\nrecieve",
        "   ```\nrecieve\n   ```",
        "https://example.org/recieve www.recieve.example recieve.example/teh",
        "recieve@teh.example @recieve #recieve",
        "/home/recieve C:\\recieve ./recieve.py recieve.txt",
        "NASSA PDFFs WYSIWIG",
        "recieve2 h264 3recieve 12,5 4711",
        "recieveMessage RecieveMessage recieve_message iPhonne",
        "recieve() recieve(x) recieve[0] x=recieve <recieve> --recieve -recieve $recieve %recieve",
        "a I x",
        "Привет 你好 שלום",
        "Shcool- or Kndr-",
        "x" * 61,
    ],
)
def test_what_is_no_prose_has_no_marks(spelling: Spelling, text: str) -> None:
    assert marked(spelling, text, "en") == []


def test_prose_beside_code_is_checked_where_it_stands(spelling: Spelling) -> None:
    text = "teh `teh` (teh) “teh”, teh:\n```\nteh\n```\nteh"
    starts = [one.start for one in spelling.check(text, ("en",))]
    assert [text[at : at + 3] for at in starts] == ["teh"] * len(starts)
    assert starts == [0, 11, 17, 23, len(text) - 3]


def test_only_the_part_asked_for_is_checked(spelling: Spelling) -> None:
    assert [one.start for one in spelling.check("teh teh teh", ("en",), 4, 8)] == [4]


def test_letters_with_marks_of_their_own_are_the_same_word(spelling: Spelling) -> None:
    assert marked(spelling, "fu\u0308r don’t", "de", "en") == []


@pytest.mark.parametrize("hostile", ["a," * 200_000, "`" * 100_000, "<a" * 100_000, "x" * 1_000_000, "``` " * 50_000])
def test_any_text_is_read_in_one_pass(hostile: str) -> None:
    for start, word in prose_words(hostile):
        assert hostile[start : start + len(word)] == word


def test_own_words_are_right_with_their_endings_and_kept_in_the_vault(tmp_path: Path) -> None:
    vault = DataVault(
        DataFolder(tmp_path).create(), MemoryKeyring(), lambda: PassphraseCost(memory_kib=64, passes=1, lanes=1)
    )
    vault.open_without_asking()
    spelling = Spelling(lambda: vault.read_setting(OWN_SPELLINGS), lambda w: vault.write_setting(OWN_SPELLINGS, w))
    text = "Zybrantine, zybrantine's and Zybrantines"
    assert len(marked(spelling, text, "en")) == 3
    spelling.learn("Zybrantine")
    spelling.learn("abacuss")
    spelling.learn("Zybrantine")
    assert marked(spelling, text, "en") == []
    assert own_spellings(vault.read_setting(OWN_SPELLINGS)) == ("abacuss", "Zybrantine")
    vault.close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"ybrantine" not in path.read_bytes()


def test_nothing_that_was_typed_is_remembered_after_forgetting(spelling: Spelling) -> None:
    spelling.check("a zybrantine secret", ("en",))
    spelling.forget()
    assert "zybrantine" not in repr(vars(spelling))


def test_every_language_offered_has_its_list(spelling: Spelling) -> None:
    assert spelling.languages == tuple(LANGUAGES)


@pytest.mark.allow_warning_logs
@pytest.mark.parametrize(
    "content",
    [None, b"", b"no gzip", gzip.compress(b'{"one": 1,\n"tw'), gzip.compress(b"[1, 2]")],
    ids=["missing", "empty", "no gzip", "cut", "another shape"],
)
def test_a_list_that_cannot_be_read_marks_nothing(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "en.json.gz").write_bytes(content)
    spelling = Spelling(folder=tmp_path)
    assert marked(spelling, "recieve teh", "en") == []
    assert spelling.suggest("recieve", ("en",)) == ()


def test_loading_stops_when_nobody_waits_for_it_any_more() -> None:
    spelling = Spelling()
    with pytest.raises(Cancelled):
        spelling.check("teh", ("en",), must_stop=lambda: True)
    assert marked(spelling, "teh", "en") == ["teh"]


def test_a_list_finds_its_words_and_no_others(tmp_path: Path) -> None:
    words = {word: number + 1 for number, word in enumerate(sorted(["a", "ab", "abc", "b", "für", "grüße", "zz", "ß"]))}
    path = tmp_path / "list.json.gz"
    path.write_bytes(gzip.compress(json.dumps(words, indent=0).encode()))
    loaded = WordList.load(path)
    assert len(loaded) == len(words)
    assert {word: loaded.count(word) for word in words} == words
    assert [other for other in ("", "c", "ac", "zzz", "0", "grüß", "ßß") if other in loaded] == []
    assert ("abc", words["abc"]) in loaded.alike("acb", 2)


@pytest.mark.parametrize(
    ("word", "other", "number"),
    [("teh", "the", 1), ("abc", "abc", 0), ("kitten", "sitting", 3), ("süss", "süß", 2), ("a", "ab", 1)],
)  # fmt: skip
def test_edits_are_counted_with_swaps(word: str, other: str, number: int) -> None:
    assert list(edits(word, ["unrelated", other])[1:]) == [number]
    assert edits(word, [other])[0] == number


def test_without_a_choice_the_windows_language_and_english_are_checked() -> None:
    assert chosen_languages((), "de") == ("de", "en")
    assert chosen_languages((), "en") == ("en",)
    assert chosen_languages((), "zh") == ("en",)
    assert chosen_languages(("fr", "xx"), "de") == ("fr",)
    assert chosen_languages(("xx",), "de") == ("de", "en")
