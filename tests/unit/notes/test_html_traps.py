"""Pages as they lie about on disks: each holds one thing that has cost text, or let in what is none."""

from pathlib import Path

import pytest

from app.domain.notes import FileReport, Left, Note
from app.notes.reading import NotesReading


def read(path: Path, page: str) -> tuple[Note, FileReport]:
    path.write_text(page, encoding="utf-8")
    reading = NotesReading()
    reading.add([path])
    (note,), (report,) = reading.notes, reading.reports
    return note, report


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ('<p class="md:block hidden lg:flex">seen</p>', "seen"),
        ('<p title="a hidden gem" style="overflow: hidden">seen</p>', "seen"),
        ("<p data-x='display:none'>seen</p>", "seen"),
        ("<p hidden>unseen<p>seen", "seen"),
        ("<div STYLE='Display : None'>unseen</div>seen", "seen"),
        ("<span hidden=''>unseen</span><span style='mso-hide:all'>too</span>seen", "seen"),
        ("<html><head><title>t</title><body>in the body itself", "in the body itself"),
        ("<title>t</title><head><p>no body, no end of the head", "no body, no end of the head"),
        ("<form action='x'><p>A whole page</p><label>Search<input></label><select><option>no</select></form>",
         "A whole page"),
        ("Donau&shy;dampf&#173;schiff&#8203;fahrt", "Donaudampfschifffahrt"),
        ("a&nbsp;b &lt;b&gt; &copy 2020 &#146;s &#x2019; &amp;amp;", "a b <b> © 2020 ’s ’ &amp;"),
        ("<ul><li><p>one</p></li><li><p>two</p><p>more</p></li></ul><p>end", "- one\n\n- two\n\nmore\n\nend"),
        ("<ol><li>one<ul><li>inner</ul><li>two</ol>", "- one\n- inner\n- two"),
        ("<ul><li></li><li>one</ul>", "- one"),
        ("<h2><img src=x></h2><p>one", "one"),
        ("one<!-->two<!---->three<!-- x -->four", "onetwothreefour"),
        ("<title>The <script> tag & <b>me</b></title><p>one", "one"),
        ("<table><caption>Walks</caption><tr><th>Day<th>Km<tr><td>1<td>7</table>", "Walks\n\nDay | Km\n1 | 7"),
        ("<p>She said <q>no</q>.", 'She said "no".'),
        ("<pre><code><span>if a &lt; b:</span>\n    <span>x  = 1</span>\n\n</code></pre>", "if a < b:\n    x  = 1"),
        ("<p>one" * 2_000 + "<nav>menu</nav>", "one\n\n" * 1_999 + "one"),
        ("<template><p>no</template><svg><title>icon</title></svg><noscript>no</noscript>one", "one"),
    ],
    ids=range(22),
)  # fmt: skip
def test_what_is_seen_is_read_and_nothing_else(tmp_path: Path, page: str, text: str) -> None:
    note, _ = read(tmp_path / "a.html", page)
    assert note.text == text + "\n"


def test_a_title_with_tags_in_it_is_whole(tmp_path: Path) -> None:
    assert (
        read(tmp_path / "a.html", "<title>The <script> tag &amp; me</title><p>one")[0].title == "The <script> tag & me"
    )


def test_elements_that_close_themselves_do_so_in_xhtml(tmp_path: Path) -> None:
    page = (
        '<?xml version="1.0"?><html xmlns="x"><head><title/><script src="a.js"/></head><body><div hidden="hidden"/>'
        "<p>one</p><![CDATA[1 < 2 & 3]]></body></html>"
    )
    note, report = read(tmp_path / "a.xhtml", page)
    assert note.text == "one\n\n1 < 2 & 3\n"
    assert (Left.HIDDEN, 1) in report.left
