from hypothesis import given
from hypothesis import strategies as st

from app.device.stop import StopStrings

short = st.text("ab\n", min_size=1, max_size=4)


def watched(stops: list[str], pieces: list[str]) -> tuple[str, bool]:
    watch = StopStrings(stops)
    return "".join(map(watch.add, pieces)) + watch.finish(), watch.met


def by_definition(stops: list[str], text: str) -> tuple[str, bool]:
    """Read letter by letter until the text ends with a stop string; of several, cut the longest."""
    for end in range(1, len(text) + 1):
        met = [stop for stop in stops if text[:end].endswith(stop)]
        if met:
            return text[: end - max(map(len, met))], True
    return text, False


@given(st.lists(short, max_size=3), st.lists(st.text("ab\n", max_size=5), max_size=8))
def test_any_cutting_of_the_text_gives_what_reading_letter_by_letter_gives(stops: list[str], pieces: list[str]) -> None:
    assert watched(stops, pieces) == by_definition(stops, "".join(pieces))


def test_only_text_that_could_begin_a_stop_string_is_held_back() -> None:
    watch = StopStrings(["\nUser:"])
    assert watch.add("hello\nUs") == "hello"
    assert watch.add("ual") == "\nUsual"
    assert watch.add("\nUser") == ""
    assert (watch.add(": more"), watch.met, watch.add("later"), watch.finish()) == ("", True, "", "")


def test_text_held_back_is_shown_when_the_reply_ends() -> None:
    watch = StopStrings(["###"])
    assert watch.add("a ##") == "a "
    assert watch.finish() == "##"
