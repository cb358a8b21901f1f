"""Mails as programs write them: each holds one thing that has let in others' words, or cost the person's own."""

from pathlib import Path

import pytest

from app.domain.notes import FileReport, Left, Note
from app.notes.reading import NotesReading

PLAIN = b"Content-Type: text/plain; charset=utf-8\n"
PAGE = b"Content-Type: text/html; charset=utf-8\n"


def read(path: Path, mail: bytes) -> tuple[Note, FileReport]:
    path.write_bytes(b"Subject: x\nMIME-Version: 1.0\n" + mail)
    reading = NotesReading()
    reading.add([path])
    (note,), (report,) = reading.notes, reading.reports
    return note, report


SIGNED = (
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nMine.\n"
    "-----BEGIN PGP SIGNATURE-----\n\niQEz\n=x\n-----END PGP SIGNATURE-----\n"
)
GMAIL = "<div>Mine.</div><div class='gmail_quote'><div>On Monday Ben wrote:</div><blockquote>his</blockquote></div>"
APPLE = (
    "<div>Mine.</div><div>On 3 May 2025, at 10:00, Ben wrote:</div><blockquote type='cite'>his</blockquote>"
    "<div>Mine again.</div>"
)


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        (PLAIN, "Mine.\n\nFrom: Ben <b@example.org>\nSent: Monday\nTo: Anna\nSubject: x\n\nhis words", "Mine."),
        (PLAIN, "Mine.\n\nVon: Ben\nGesendet: Montag\nAn: Anna\n\nhis words", "Mine."),
        (PLAIN, "From: here on\nit goes up.", "From: here on\nit goes up."),
        (PLAIN, "One.\n--\n" + "More of it.\n" * 30, "One.\n--\n" + "\n".join(["More of it."] * 30)),
        (PLAIN, "One.\n-- \nAnna\n+49 30 1", "One."),
        (PLAIN, SIGNED, "Mine."),
        (PLAIN + b"Content-Transfer-Encoding: base64\n", "R3LDvMOfZSBhdXMgS8O2bG4=", "Grüße aus Köln"),
        (PLAIN + b"Content-Transfer-Encoding: quoted-printable\n", "Gr=C3=BC=C3=9Fe =\naus", "Grüße aus"),
        (PAGE, GMAIL, "Mine."),
        (PAGE, APPLE, "Mine.\n\nMine again."),
        (PAGE, "<p>Mine.</p><div class=gmail_signature>Anna<br>+49 30 1</div>", "Mine."),
        (PAGE, "<p>Mine.</p><hr><div id='divRplyFwdMsg'><b>From:</b> Ben</div>", "Mine."),
        (PAGE, "<p>Mine.</p><blockquote>A poem of mine.</blockquote>", "Mine.\n\nA poem of mine."),
    ],
    ids=range(13),
)  # fmt: skip
def test_the_persons_own_words_are_read_and_no_others(tmp_path: Path, head: bytes, body: str, text: str) -> None:
    assert read(tmp_path / "a.eml", head + b"\n" + body.encode())[0].text == text + "\n"


def test_a_message_that_is_forwarded_whole_is_an_attachment(tmp_path: Path) -> None:
    mail = (
        b'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/plain\n\nMine.\n--x\n'
        b"Content-Type: message/rfc822\n\nSubject: y\n\nHis words.\n--x--\n"
    )
    note, report = read(tmp_path / "a.eml", mail)
    assert note.text == "Mine.\n"
    assert report.left == ((Left.ATTACHMENTS, 1),)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_subject_that_nobody_encoded_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.eml").write_bytes("Subject: Grüße aus Köln, wo es schön ist\n\nwords\n".encode(encoding))
    reading = NotesReading()
    reading.add([tmp_path])
    assert reading.notes[0].title == "Grüße aus Köln, wo es schön ist"


@pytest.mark.parametrize(
    ("kind", "text"), [("", "one two\nthree"), ("; delsp=yes", "onetwo\nthree")], ids=["", "delsp"]
)
def test_lines_that_a_mail_program_broke_are_joined_again(tmp_path: Path, kind: str, text: str) -> None:
    head = f"Content-Type: text/plain; charset=utf-8; format=flowed{kind}\n\n"
    assert read(tmp_path / "a.eml", (head + "one \ntwo\nthree\n-- \nAnna").encode())[0].text == text + "\n"


def test_a_sentence_that_begins_with_from_is_no_new_message(tmp_path: Path) -> None:
    one = "From anna@example.org Mon Jan  6 10:00:00 2025\nSubject: One\n\nWe met.\n\nFrom here we went on.\n\n"
    two = "From - Tue Jan  7 10:00:00 2025\nSubject: Two\n\nWords.\n"
    (tmp_path / "a.mbox").write_text(one + two)
    reading = NotesReading()
    reading.add([tmp_path])
    assert [note.text for note in reading.notes] == ["We met.\n\nFrom here we went on.\n", "Words.\n"]
