"""A chat as PDF, read back: every word once, in order, with its fonts; cut and cancelled exports leave nothing."""

import os
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from PySide6.QtCore import QLocale
from PySide6.QtGui import QFont, QFontInfo, QRawFont

from app.domain.conversation import Attachment, ChatInfo, EndReason, Message, Role, StoredChat
from app.domain.errors import Cancelled, SettingsError
from app.domain.ids import MessageId, new_chat_id, new_message_id
from app.transfer.export_words import ENGLISH
from app.ui.pdf import export_pdf, write_pdf
from app.ui.pdf_paper import Paper

pytestmark = pytest.mark.usefixtures("qapp")
GERMANY, AMERICA = QLocale("de_DE"), QLocale("en_US")
REPLY = r"""## A heading

Some *slanted* and **strong** words, `inline()`, a [link](https://example.org/x) and $x^2$.

- first item
  1. nested item

> quoted words

```python
def area(radius):  # commented
    return 3.14
```

| Flour | Water |
|---|---:|
| Rye | 75 |

$$\frac{1}{2}$$

![a picture](https://tracker.example/pixel.png)
"""


def chat_of(*texts: str, title: str = "Why a loaf falls") -> StoredChat:
    """The person and the model by turns."""
    messages: list[Message] = []
    for number, text in enumerate(texts):
        role = Role.ASSISTANT if number % 2 else Role.USER
        messages.append(
            Message(
                new_message_id(), role, text, parent=messages[-1].id if messages else None,
                created_at_ms=1_760_000_000_000, end=EndReason.END_OF_TEXT if number % 2 else None,
            )
        )  # fmt: skip
    return StoredChat(ChatInfo(new_chat_id(), title, created_at_ms=1_760_000_000_000), messages)


def read(path: Path) -> tuple[PdfReader, str]:
    """The file, and its text without any space: where a space stands is for the reader to guess."""
    reader = PdfReader(path)
    return reader, squeezed(*(page.extract_text() for page in reader.pages))


def squeezed(*texts: str) -> str:
    return "".join(unicodedata.normalize("NFKC", "".join(texts)).split()).replace("\0", "")


@pytest.fixture
def exported(tmp_path: Path) -> Callable[..., tuple[PdfReader, str]]:
    def export(chat: StoredChat, locale: QLocale = GERMANY) -> tuple[PdfReader, str]:
        export_pdf(tmp_path / "chat.pdf", chat, locale=locale)
        return read(tmp_path / "chat.pdf")

    return export


Export = Callable[..., tuple[PdfReader, str]]


def in_order(text: str, words: Sequence[str]) -> None:
    at = 0
    for each in words:
        found = text.find(squeezed(each), at)
        assert found >= 0, f"{each!r} is missing, or stands too early"
        at = found + len(squeezed(each))


def test_everything_that_was_said_is_in_it_in_order(exported: Export) -> None:
    asked, answered, *rest = chat_of("Why did *this* fall?", REPLY).messages
    asked = replace(asked, attachments=(Attachment("recipe.txt", "500 g flour"),))
    cut = replace(answered, end=EndReason.MAX_TOKENS, model_id="small-model")
    reader, text = exported(replace(chat_of(), messages=[asked, cut, *rest]))
    in_order(
        text,
        [
            "Why a loaf falls", "2025-10-09", "You", "Attachment: recipe.txt", "500 g flour", "Why did *this* fall?",
            "small-model", "A heading", "Some slanted and strong words, inline(), a link and", "first item", "1.",
            "nested item", "quoted words", "python", "def area(radius):  # commented", "return 3.14", "Flour", "Water",
            "Rye", "75", "a picture (https://tracker.example/pixel.png)", "This reply was cut.",
        ],
    )  # fmt: skip
    assert "##" not in text
    assert reader.metadata is not None
    assert reader.metadata.title == "Why a loaf falls"


def objects(reader: PdfReader) -> list[DictionaryObject]:
    found = (reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1))
    return [each for each in found if isinstance(each, DictionaryObject)]


def test_its_fonts_are_inside_and_it_asks_for_nothing(exported: Export) -> None:
    reader, _ = exported(chat_of("Question", REPLY))
    dictionaries = objects(reader)
    fonts = [each for each in dictionaries if each.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all(any(name in font for name in ("/FontFile", "/FontFile2", "/FontFile3")) for font in fonts)
    actions = {
        str(each["/S"]) for each in dictionaries if each.get("/S") in ("/URI", "/JavaScript", "/Launch", "/GoToR")
    }
    assert actions <= {"/URI"}
    assert {str(each["/URI"]) for each in dictionaries if "/URI" in each and each.get("/S") == "/URI"} <= {
        "https://example.org/x"
    }
    assert not any(name in each for each in dictionaries for name in ("/OpenAction", "/AA", "/JS", "/EmbeddedFile"))


def test_every_object_stands_where_the_file_says(exported: Export, tmp_path: Path) -> None:
    """It is written page by page, and only its end says where everything is."""
    exported(chat_of(*["words " * 300, REPLY] * 4))
    data = (tmp_path / "chat.pdf").read_bytes()
    places = [int(line[:10]) for line in data.splitlines() if line.rstrip().endswith(b"00000 n")]
    assert len(places) > 20
    assert all(b" 0 obj" in data[place : place + 12] for place in places)


@pytest.mark.parametrize(
    ("locale", "size"),
    [(GERMANY, (595, 842)), (AMERICA, (612, 792)), (QLocale("es_MX"), (612, 792)), (QLocale("en_GB"), (595, 842))],
)
def test_the_paper_is_that_of_the_country(exported: Export, locale: QLocale, size: tuple[int, int]) -> None:
    reader, _ = exported(chat_of("Question"), locale)
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


NUMBERS = range(100, 400)
LONG = {
    "words of the person": ("\n".join(f"n{number}." for number in NUMBERS),),
    "one line of the person": (" ".join(f"n{number}." for number in NUMBERS) * 1,),
    "paragraphs": ("?", "\n\n".join(f"n{number}." for number in NUMBERS)),
    "one paragraph": ("?", " ".join(f"n{number}." for number in NUMBERS)),
    "code": ("?", "```\n" + "\n".join(f"n{number}." for number in NUMBERS) + "\n```"),
    "a list": ("?", "\n".join(f"- n{number}." for number in NUMBERS)),
    "a quote": ("?", "\n".join(f"> n{number}.  " for number in NUMBERS)),
    "a table of one high row": (
        "?",
        "| a | b |\n|---|---|\n| " + " ".join(f"n{number}." for number in NUMBERS) + "| x |",
    ),
    "an attachment": (),
}


@pytest.mark.parametrize("kind", LONG)
def test_what_runs_over_pages_comes_once_and_in_order(exported: Export, kind: str) -> None:
    chat = chat_of(*LONG[kind])
    if not chat.messages:
        (message,) = chat_of("?").messages
        text = "\n".join(f"n{number}." for number in NUMBERS)
        chat = replace(chat, messages=[replace(message, attachments=(Attachment("a", text),))])
    reader, text = exported(chat)
    assert [f"n{number}." for number in NUMBERS] == [f"n{each[:3]}." for each in text.split("n") if each[3:4] == "."]
    for number, page in enumerate(reader.pages, 1):
        assert squeezed(page.extract_text()).count(f"Whyaloaffalls{number}") == 1  # the foot
    if kind not in ("one line of the person", "one paragraph", "a table of one high row"):
        assert len(reader.pages) > 3


def test_the_header_of_a_table_comes_again_on_every_page(exported: Export) -> None:
    numbers = range(100, 250)  # a longer one is plain text, as in the chat
    rows = "\n".join(f"| n{number}. | x |" for number in numbers)
    reader, text = exported(chat_of("?", f"| Kopf | b |\n|---|---|\n{rows}"))
    assert len(reader.pages) > 3
    assert all("Kopf" in page.extract_text() for page in reader.pages)
    in_order(text, [f"n{number}." for number in numbers])
    assert all(text.count(f"n{number}.") == 1 for number in numbers)
    assert "|" not in text


def test_a_heading_and_a_speaker_stay_with_what_follows(exported: Export) -> None:
    lines = "\n\n".join(f"## Part {number}.\n\nText {number}." for number in range(60))
    reader, _ = exported(chat_of("?", lines))
    for page in reader.pages:
        text = squeezed(page.extract_text())
        for number in range(60):
            assert (f"Part{number}." in text) == (f"Text{number}." in text)


def test_other_branches_come_after_the_one_on_show(exported: Export) -> None:
    chat = chat_of("Question", "First reply")
    question = chat.messages[0]
    other = replace(chat.messages[1], id=new_message_id(), text="Second reply")
    shown: dict[MessageId | None, MessageId] = {question.id: chat.messages[1].id}
    _, text = exported(replace(chat, messages=[*chat.messages, other], shown=shown))
    in_order(text, ["2.", "First reply", "Other branches", "Instead of message 2", "3.", "Second reply"])


# Not tested: letters that a font draws with the shape of another (the iota of Inter), which Qt copies as that other.
def supported(text: str) -> bool:
    """Whether this machine has a font for it: Qt draws a box where it has none."""
    font = QFont(QFontInfo(Paper().text_font(15)).family())
    raw = QRawFont.fromFont(font)
    return all(raw.supportsCharacter(ord(character)) for character in text if not character.isspace())


@pytest.mark.parametrize("words", ["Тесто не поднялось", "Όλα καλά", "Crème brûlée à gogo", "Tiếng Việt"])
def test_words_of_other_scripts_can_be_copied(exported: Export, words: str) -> None:
    if not supported(words):
        pytest.skip("no font here")
    reader, text = exported(chat_of(words, f"**{words}**", title=words))
    assert text.count(squeezed(words)) >= 3
    assert reader.metadata is not None
    assert reader.metadata.title == words


@pytest.mark.parametrize(
    "text",
    [
        "x" * 60_000, "> " * 5000 + "deep", "$$\\frac{$$ and $\\nonsense{$", "```python\n" + "a" * 20_000,
        "\u202eturned", "",
    ],
    ids=["one line", "deep", "broken maths", "wide code", "bidi", "nothing"],
)  # fmt: skip
def test_hostile_text_becomes_pages(tmp_path: Path, text: str) -> None:
    pages = export_pdf(tmp_path / "chat.pdf", chat_of(text, text), locale=GERMANY)
    assert len(PdfReader(tmp_path / "chat.pdf").pages) == pages


def test_a_cancelled_export_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "chat.pdf"
    target.write_bytes(b"before")
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_pdf(target, chat_of(*["words"] * 6), ENGLISH, tell, GERMANY)
    assert told == [(1, 6), (2, 6), (3, 6)]
    assert [path.name for path in tmp_path.iterdir()] == ["chat.pdf"]
    assert target.read_bytes() == b"before"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_noticed() -> None:
    with pytest.raises(OSError, match="No space"), Path("/dev/full").open("wb") as full:
        write_pdf(full, chat_of("words " * 5000), ENGLISH, lambda done, total: None, GERMANY)


def test_a_folder_that_is_gone_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written") as caught:
        export_pdf(tmp_path / "gone" / "chat.pdf", chat_of("words"), locale=GERMANY)
    assert caught.value.advice


@pytest.mark.skipif(os.name == "nt", reason="modes of files are not kept there")
def test_only_the_person_can_read_it(tmp_path: Path) -> None:
    export_pdf(tmp_path / "chat.pdf", chat_of("words"), locale=GERMANY)
    assert (tmp_path / "chat.pdf").stat().st_mode & 0o777 == 0o600
