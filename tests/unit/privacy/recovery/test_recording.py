"""What a recording makes of frames: whole, cut anywhere, mixed up, or no frames at all."""

import numpy as np
import pytest

from app.domain.clearance import Purpose
from app.domain.ids import NO_MESSAGE, new_message_id
from app.privacy.recovery.recording import Recording
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from tests.unit.privacy.recovery.recorded import MESSAGE, Kept, Recorder

TAP = Tap(3, (Target(3, Projection.Q), Target(3, Projection.V)), 2, 3)
PLAN = ExchangePlan((TAP,))


def rows(count: int, start: int = 0, cols: int = 4) -> np.ndarray:
    return np.arange(start * cols, (start + count) * cols, dtype=np.float32).reshape(count, cols)


def a_reply() -> Recorder:
    """Three positions of a prompt, then two of the reply."""
    recorder = Recorder(PLAN)
    pairs = [(TAP, rows(3, cols=2), rows(3, cols=6))]
    recorder.step(rows(3), 0, state=rows(1), exchanges=pairs)
    for position in (3, 4):
        recorder.step(rows(1, position), position, state=rows(1, position), exchanges=[])
    return recorder


def test_the_embeddings_come_in_their_order_and_the_reply_is_told_from_the_prompt() -> None:
    recording = Recording.of(a_reply().contents, MESSAGE)
    (text,) = recording.texts()
    assert text.positions == (0, 1, 2, 3, 4) and text.prompt_rows == 3 and text.is_whole
    assert np.array_equal(text.rows, rows(5))
    assert len(recording.exchanges) == 1 and len(recording.states) == 3
    assert recording.opened is not None and recording.opened.plan == PLAN


def test_what_was_rolled_back_counts_as_it_was_sent_last() -> None:
    recorder = a_reply()
    recorder.step(rows(2, 100), 3)
    (text,) = Recording.of(recorder.contents).texts()
    assert np.array_equal(text.rows, np.concatenate([rows(3), rows(2, 100)]))


def test_a_replay_in_a_new_session_is_the_same_text() -> None:
    recorder, again = a_reply(), Recorder(PLAN, session=8)
    again.step(rows(5), 0, purpose=Purpose.REPLAY)
    again.step(rows(1, 5), 5)
    (text,) = Recording.of(recorder.contents + again.contents).texts()
    assert text.positions == tuple(range(6)) and text.prompt_rows == 3


def test_other_messages_and_measurements_are_left_out() -> None:
    other = new_message_id()
    recorder = a_reply()
    recorder.message = other
    recorder.step(rows(1, 50), 9)
    recorder.step(rows(1, 60), 0, purpose=Purpose.MEASURE)
    assert len(Recording.of(recorder.contents, other).steps) == 1
    assert Recording.of(recorder.contents).messages == (MESSAGE, other)
    recorder.message = NO_MESSAGE
    recorder.step(rows(1, 70), 0)
    assert len(Recording.of(recorder.contents).steps) == 4


@pytest.mark.parametrize("first", range(12))
@pytest.mark.parametrize("last", [7, 12])
def test_a_window_that_was_cut_anywhere_gives_what_is_left(first: int, last: int) -> None:
    contents = a_reply().contents[first:last]
    recording = Recording.of(contents)
    assert recording.unreadable == 0
    for step in recording.steps:
        assert (step.opened is None) == (first > 0), "the frame that opened the session is gone"
    for text in recording.texts():
        assert len(text.rows) == len(text.positions)


def before(recording: Recording) -> list[int | None]:
    """Of each step: at which position the step begins whose rows stand before it."""
    return [step.before.frame.position if step.before is not None else None for step in recording.steps]


def test_each_step_knows_what_its_cache_held_before_it() -> None:
    """Position 3 is sent again: what stood there and after it is gone. The session's beginning is another message's."""
    recorder, other = a_reply(), new_message_id()
    recorder.message = other
    recorder.step(rows(2, 100), 3)
    recorder.step(rows(1, 102), 5)
    recording = Recording.of(recorder.contents, other)
    assert before(recording) == [0, 3] and all(step.is_whole for step in recording.steps)
    assert recording.steps[0].before is not None and recording.steps[0].before.message == MESSAGE


def test_a_step_in_the_middle_of_another_ones_rows_stands_after_that() -> None:
    recorder = a_reply()
    recorder.step(rows(1, 50), 2)
    recording = Recording.of(recorder.contents)
    assert before(recording) == [None, 0, 3, 0] and recording.steps[-1].is_whole


def test_sessions_have_caches_of_their_own() -> None:
    recorder, again = a_reply(), Recorder(PLAN, session=8)
    again.step(rows(2, 9), 0)
    again.step(rows(1, 11), 2)
    recorder.step(rows(1, 5), 5)
    recording = Recording.of(recorder.contents[:-2] + again.contents + recorder.contents[-2:])
    assert before(recording) == [None, 0, 3, None, 0, 4]


@pytest.mark.parametrize("missing", [2, 6, 8], ids=["the first step", "a step in between", "the step before it"])
def test_what_is_missing_before_a_step_is_known(missing: int) -> None:
    """Steps that stand before the gap are whole, those behind it are not."""
    recorder = a_reply()
    recorder.step(rows(1, 5), 5)
    contents = recorder.contents[:missing] + recorder.contents[missing + 1 :]
    assert len(Recording.of(contents).steps) == len(Recording.of(recorder.contents).steps) - 1
    position = {2: 0, 6: 3, 8: 4}[missing]
    assert all(step.is_whole == (step.frame.position < position) for step in Recording.of(contents).steps)


def test_gaps_are_known() -> None:
    recorder = a_reply()
    recorder.step(rows(1, 9), 9)
    (text,) = Recording.of(recorder.contents).texts()
    assert not text.is_whole


def test_garbage_is_counted_and_left_out() -> None:
    whole = a_reply().contents
    cut = [Kept(Purpose.GENERATE, MESSAGE, whole[2].content[:-1]), Kept(Purpose.GENERATE, MESSAGE, b"")]
    noise = [
        Kept(Purpose.GENERATE, MESSAGE, bytes(48)),
        Kept(Purpose.SESSION, NO_MESSAGE, b"NH\x01\x00\x01" + bytes(43)),
    ]
    recording = Recording.of(cut + noise)
    assert recording.is_empty and recording.unreadable == 4
    assert len(Recording.of(noise + whole + cut).steps) == 3


def test_a_delta_that_answers_another_tap_is_no_pair() -> None:
    recorder = Recorder(PLAN)
    recorder.step(rows(2), 0, exchanges=[(TAP, rows(2, cols=2), rows(2, cols=6))])
    tap_frame = recorder.contents.pop(3)
    recorder.step(rows(2), 2, exchanges=[(TAP, rows(2, cols=2), rows(2, cols=6))])
    recorder.contents.insert(2, tap_frame)  # of step 1, before its own step
    assert len(Recording.of(recorder.contents).exchanges) == 2
    recorder.contents[2] = recorder.contents[6]  # z of step 2 in place of z of step 1
    assert len(Recording.of(recorder.contents).exchanges) == 1


def test_sessions_that_were_opened_side_by_side_are_not_mixed_up() -> None:
    """OPENs and OPENEDs that cross are paired in order; a plan that does not fit a session's steps is not believed."""
    free = ExchangePlan((Tap(0, (Target(0, Projection.Q),), 2, 3),))
    one, two = Recorder(PLAN), Recorder(free, session=8)
    crossed = [one.contents[0], two.contents[0], two.contents[1], one.contents[1]]
    two.step(rows(2), 0, side=rows(2, cols=3))
    recording = Recording.of(crossed + two.contents[2:])
    assert recording.steps[0].opened is None


def test_each_window_of_a_fine_tuning_is_a_text_of_its_own() -> None:
    recorder = a_reply()
    recorder.message = tuned = new_message_id()
    recorder.step(rows(4, 100), 0, state=rows(1), purpose=Purpose.TUNE)
    recorder.step(rows(3, 200), 0, state=rows(1), purpose=Purpose.TUNE)
    recorder.step(rows(2, 300), 3, purpose=Purpose.TUNE)  # a sample goes on
    recording = Recording.of(recorder.contents, tuned)
    first, second = recording.texts()
    assert np.array_equal(first.rows, rows(4, 100))
    assert np.array_equal(second.rows, np.concatenate([rows(3, 200), rows(2, 300)]))
    assert (second.positions, second.is_whole) == ((0, 1, 2, 3, 4), True)
    assert not recording.states and not recording.exchanges
    assert len(Recording.of(recorder.contents).texts()) == 3
    assert len(Recording.of(recorder.contents, MESSAGE).texts()) == 1


def test_a_window_whose_beginning_is_no_longer_kept_is_still_a_text() -> None:
    recorder = Recorder(PLAN)
    recorder.step(rows(2, 50), 6, purpose=Purpose.TUNE)
    recorder.step(rows(3), 0, purpose=Purpose.TUNE)
    assert [text.positions for text in Recording.of(recorder.contents).texts()] == [(6, 7), (0, 1, 2)]
