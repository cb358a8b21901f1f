"""Cutting and reading Markdown while it grows: any pieces give what the whole gives."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ui.chat.blocks import Block, Code, List, Paragraph, Plain, Span, Style
from app.ui.chat.leaves import flatten
from app.ui.chat.markdown import _PARSER, _Reader, parse
from app.ui.chat.segments import LONGEST, Kind, Segments, read
from app.ui.chat.writing import joined, markdown, plain

PIECES = [
    "a", "b c", "# H", "## H2", "- ", "* ", "1. ", "2. ", "7) ", "> ", "```", "```py", "~~~", "    ", "  ", " ", "\n",
    "\n\n", "\n", "\n", "$$", "$x$", "|a|b|", "|-|-|", "---", "***", "**", "`", "[l](http://x.y)", "\\[", "\\]", "\t",
    "===", "1", "<", "![i](u)", "+ x", "- [ ] t", "`` `", "é", "🙂", "\r\n", "\u202e",
]  # fmt: skip
sources = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
quiet = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def one_list(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Items of a list that were read one by one, as the list that they are."""
    result: list[Block] = []
    for block in blocks:
        last = result[-1] if result else None
        if isinstance(block, List) and isinstance(last, List) and (last.start is None) == (block.start is None):
            result[-1] = List(last.items + block.items, last.start)
        else:
            result.append(block)
    return tuple(result)


@quiet
@given(sources, st.data())
def test_any_pieces_give_the_segments_of_the_whole_at_every_moment(text: str, data: st.DataObject) -> None:
    growing, fed = Segments(is_complete=False), 0
    while fed < len(text):
        step = data.draw(st.integers(1, 9))
        growing.feed(text[fed : fed + step])
        fed += step
        fresh = Segments(text[:fed], is_complete=False)
        assert growing.all() == fresh.all()
        assert growing.text == fresh.text
    growing.finish()
    whole = Segments(text)
    assert growing.all() == whole.all()
    parts = [block for each in growing.all() for block in each.blocks(growing.text)]
    assert tuple(parts) == read(text)


@quiet
@given(sources)
def test_reading_segment_by_segment_is_reading_the_whole(text: str) -> None:
    text = text.replace("\r\n", "\n") + "\n"  # markdown-it drops blanks at the very end of an open fence
    assert one_list(read(text)) == one_list(_Reader(_PARSER.parse(text)).blocks())


@quiet
@given(st.text(max_size=400))
def test_any_text_can_be_read_and_none_of_its_words_is_lost(text: str) -> None:
    shown = joined((leaf, plain(leaf)) for leaf in flatten(read(text)))
    for word in "".join(each if each.isalnum() and each.isascii() else " " for each in text).split():
        assert word in shown.replace("\n", "")  # a line break may be markup


@quiet
@given(sources)
def test_markdown_that_is_copied_reads_as_what_was_copied(text: str) -> None:
    """Of code, where every character counts."""
    blocks = [block for block in read(text) if isinstance(block, Code)]
    for block in blocks:
        again = read(joined((leaf, markdown(leaf)) for leaf in flatten([block])))
        assert [each.text for each in again if isinstance(each, Code)] == [block.text]


def test_each_item_of_a_list_is_read_alone_and_keeps_its_number() -> None:
    segments = Segments("1. one\n1. two\n\n   more\n1. three\n\nAfter")
    assert [segment.number for segment in segments.all()] == [1, 2, 3, None]


def test_a_fence_is_code_from_its_first_line_on() -> None:
    segments = Segments("See:\n```python\nx = 1\n", is_complete=False)
    assert segments.all()[-1].blocks(segments.text) == (Code("x = 1", "python"),)
    segments.feed("``")
    assert segments.all()[-1].blocks(segments.text) == (Code("x = 1", "python"),)
    segments.feed("`\nDone")
    assert segments.all()[-1].blocks(segments.text) == (Paragraph((Span("Done"),)),)


def test_maths_in_each_of_its_forms() -> None:
    spans = [span for block in parse("a $x^2$ b \\(y\\) c \\[z\\] and $5 or $6") for span in block.spans]
    assert [span.text for span in spans if span.style & Style.MATH] == ["x^2", "y", "z"]
    assert "$5 or $6" in "".join(span.text for span in spans)


def test_what_stands_in_a_formula_does_not_begin_a_list() -> None:
    (formula,) = read("$$\na\n- b\n+ c\n$$")
    assert formula.tex == "a\n- b\n+ c"


def test_long_text_and_long_code_are_cut_into_pieces_that_make_the_whole() -> None:
    for text in ("word " * 5000, "x" * 30_000, "line\n" * 4000):
        blocks = read(text)
        assert all(isinstance(block, Plain) and len(block.text) <= LONGEST for block in blocks)
        assert joined((leaf, plain(leaf)) for leaf in flatten(blocks)) == text.rstrip("\n")
        code = read(f"```\n{text}\n```")
        assert all(len(block.text) <= LONGEST for block in code)
        assert joined((leaf, plain(leaf)) for leaf in flatten(code)).strip("\n") == text.strip("\n")
        assert [block.is_first for block in code] == [True] + [False] * (len(code) - 1)
        assert [block.is_last for block in code] == [False] * (len(code) - 1) + [True]


def test_the_work_for_a_piece_does_not_grow_with_the_message() -> None:
    """Segments that are closed are never looked at again."""
    segments = Segments("para\n\n" * 2000, is_complete=False)
    before = segments.closed[:]
    segments.feed("more\n\nand more")
    assert all(new is old for new, old in zip(segments.closed, before, strict=False))
    assert segments.all()[0].kind is Kind.MARKDOWN
