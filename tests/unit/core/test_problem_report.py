"""The report: what it says, and that nothing in it says who or where somebody is."""

import logging
from collections import Counter
from pathlib import Path

import pytest

from app.core.problem_report import collect, whole_text
from app.core.report_cleaning import Cleaner, Kind, Private, clean_log
from app.domain.backend import Backend
from app.domain.errors import where_it_failed
from app.domain.sampling import SamplingSettings
from app.storage.paths import DataFolder
from app.storage.settings import Settings

STAMP = "2026-11-23 10:11:12,131 INFO app.core.session: "
PRIVATE = Private(
    folders=("/home/ann lee", "C:\\Users\\ann lee"),
    users=("annlee",),
    computers=("annslaptop",),
    hosts=("gpu.example.org",),
    backends=("mine",),
    secrets=("wr0ng",),
)


@pytest.mark.parametrize(
    ("line", "cleaned", "kind"),
    [
        ("opened /home/ann lee/My Papers/divorce.md", "opened [folder or file]", Kind.FOLDER),
        ("opened C:\\Users\\ann lee\\My Papers\\x.md", "opened [folder or file]", Kind.FOLDER),
        ("opened /mnt/Client Name/x.md again", "opened [folder or file]", Kind.FOLDER),
        ("opened D:\\Client Name\\x.md", "opened [folder or file]", Kind.FOLDER),
        ("opened ~/Client Name/x.md", "opened [folder or file]", Kind.FOLDER),
        ("opened \\\\server\\Client Name", "opened [folder or file]", Kind.FOLDER),
        ("asked AnnLee again", "asked [user name] again", Kind.USER),
        ("on annslaptop now", "on [this computer's name] now", Kind.COMPUTER),
        ("the backend at gpu.example.org, port 8443", "the backend at [host or address], port 8443", Kind.HOST),
        ("asked other.example.net:443", "asked [host or address]:443", Kind.HOST),
        ("asked https://x.example/a?b=c now", "asked [host or address] now", Kind.HOST),
        ("asked 192.168.7.4 now", "asked [host or address] now", Kind.HOST),
        ("asked fe80:0:0:1::7 now", "asked [host or address] now", Kind.HOST),
        ("asked mine now", "asked [backend's name] now", Kind.BACKEND),
        ("sent wr0ng", "sent [token, key or code]", Kind.SECRET),
        ("sent Bearer abc", "sent [token, key or code]", Kind.SECRET),
        ("sent nhb_4fJ8sLw02nQz7XcVbT5rKd", "sent [token, key or code]", Kind.SECRET),
        ("key " + "ab" * 32, "key [token, key or code]", Kind.SECRET),
        ("code NHR1-8F2K-93QD-AA7X-P0ZM", "code [token, key or code]", Kind.SECRET),
        ("from ann@example.org", "from [mail address]", Kind.MAIL),
        ("there is no chat called 'divorce'", "there is no chat called [quoted words]", Kind.QUOTED),
        ('there is no chat called "divorce"', "there is no chat called [quoted words]", Kind.QUOTED),
    ],
)
def test_what_says_who_or_where_becomes_a_mark_and_is_counted(line: str, cleaned: str, kind: Kind) -> None:
    section = clean_log([STAMP + line], Cleaner(PRIVATE))
    assert section.text == STAMP + cleaned
    assert section.removed[kind] == 1


@pytest.mark.parametrize(
    "line",
    [
        "connection lost, attempt 3",
        "the backend at 127.0.0.1, port 40123, doesn't answer; it's gone",
        "nearhalf-open: StorageError",
        "settings.json was set aside",
        "mining is not mine-craft: examined 12:30",
    ],
)
def test_what_says_nothing_of_anybody_stays(line: str) -> None:
    cleaner = Cleaner(Private(users=("annlee",), backends=("craftier",)))
    assert clean_log([STAMP + line], cleaner).text == STAMP + line


def test_a_name_that_is_in_our_own_marks_spoils_none() -> None:
    removed: Counter[Kind] = Counter()
    assert Cleaner(Private(users=("file", "name"))).clean("/tmp/a b and 'x' name", removed) == "[folder or file]"
    assert Cleaner(Private(users=("words",))).clean("'x' words", removed) == "[quoted words] [user name]"


def test_lines_in_no_known_form_are_left_out_and_counted() -> None:
    section = clean_log(["Dear diary", "", STAMP + "fine", "secret", "  more"], Cleaner(PRIVATE))
    assert section.text == STAMP + "fine"
    assert section.removed[Kind.LINE] == 4


def test_places_in_the_code_stay_without_the_folders_above() -> None:
    root = Path(__file__).resolve().parents[3]
    lines = [
        f"  {root}/app/ui/desk.py:12 in show",
        "  /home/ann lee/venv/lib/python3.11/site-packages/httpx/_client.py:9 in send",
        "  /usr/lib/python3.11/json/decoder.py:1 in decode",
        "  /home/ann lee/other/thing.py:7 in <module>",
    ]
    assert clean_log(lines, Cleaner(PRIVATE)).text.splitlines() == [
        "  app/ui/desk.py:12 in show",
        "  httpx/_client.py:9 in send",
        "  python3.11/json/decoder.py:1 in decode",
        "  thing.py:7 in <module>",
    ]


NEEDLES = (
    "Quillfeather",
    "s3cret-t0ken-of-mine-9",
    "correct horse battery",
    "adapter of Ann",
    "gpu.corp.example",
    "stop here",
)


def test_no_needle_is_in_the_whole_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "annlee")
    folder = DataFolder(tmp_path / "annlee's data").create()
    (folder.logs / "app.log").write_text(
        f"{STAMP}it went to gpu.corp.example for annlee, in {folder.root}/logs\nQuillfeather\n{STAMP}'Quillfeather'\n"
    )
    (folder.logs / "backend.log").write_text(
        '{"time": 1.5, "level": "INFO", "event": "opened", "session": "83c", "model": "Quillfeather", "rows": 4}\n'
        "Traceback: Quillfeather\n[1]\n"
    )
    settings = Settings(
        backend="Quillfeather",
        model_id="Quillfeather",
        adapter="/home/annlee/adapter of Ann.safetensors",
        release_feed="https://gpu.corp.example/f.json",
        sampling=SamplingSettings(stop=("stop here",)),
        unknown={"Quillfeather": NEEDLES[1]},
    )
    backends = [Backend("Quillfeather", "https://gpu.corp.example:8443", NEEDLES[1])]
    try:
        raise ValueError("correct horse battery")
    except ValueError as error:
        crash = where_it_failed(error)
    sections = collect(folder, settings, backends, crash, ["screen of annlee"])
    text = whole_text(sections)
    assert not [needle for needle in (*NEEDLES, "annlee", str(tmp_path)) if needle in text]
    assert [section.name for section in sections] == ["versions", "system", "settings", "crash", "log", "backend log"]
    assert "time=1.5 level=INFO event=opened rows=4" in text
    assert "caused by ValueError\n  tests/unit/core/test_problem_report.py:" in text
    removed = sum((section.removed for section in sections), Counter[Kind]())
    assert removed[Kind.LINE] == 3 and removed[Kind.HOST] == 1 and removed[Kind.USER] >= 2


def test_a_part_with_nothing_in_it_is_left_out(tmp_path: Path) -> None:
    sections = collect(DataFolder(tmp_path).create(), Settings(), [])
    assert [section.name for section in sections] == ["versions", "system", "settings"]
    assert "Nearhalf" in sections[0].text
    assert whole_text([]) == ""


def test_making_a_report_says_nothing_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    collect(DataFolder(tmp_path).create(), Settings(), [])
    assert caplog.text == ""
