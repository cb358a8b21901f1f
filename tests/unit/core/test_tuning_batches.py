"""Which tokens a run trains on and is measured by, and in what order."""

import pytest

from app.core.tuning_batches import TrainWindows, TuningData, held_out_windows
from app.domain.errors import SettingsError

END = 0
NOTES = [list(range(100 * number + 1, 100 * number + size)) for number, size in enumerate((2, 40, 7, 3, 23), 1)]
DATA = TuningData(NOTES, [[901, 902, 903], list(range(910, 940)), [950]], END)


def epoch(windows: TrainWindows, number: int) -> list[list[int]]:
    return [windows.at(number * windows.windows + place) for place in range(windows.windows)]


def test_every_token_is_predicted_once_an_epoch() -> None:
    windows = TrainWindows(DATA, 8, seed=4)
    for number in range(3):
        cut = epoch(windows, number)
        assert all(2 <= len(window) <= 8 for window in cut)
        predicted = sorted(token for window in cut for token in window[1:])
        first = [token for note in NOTES for token in note] + [END] * len(NOTES)
        missing = sorted(set(first) - set(predicted))
        assert len(predicted) == len(first) - 1 and len(missing) <= 1  # but the very first token of the epoch


def test_notes_stay_whole_and_apart() -> None:
    (text,) = epoch(TrainWindows(DATA, 1000, seed=4), 0)
    assert text[-1] == END
    parts = " ".join(map(str, text)).split(" 0")
    assert sorted(part.split() for part in parts if part) == sorted([str(token) for token in note] for note in NOTES)


def test_the_order_is_the_seeds_and_changes_with_the_epoch() -> None:
    one, same, other = (TrainWindows(DATA, 8, seed=seed) for seed in (4, 4, 5))
    assert epoch(one, 0) == epoch(same, 0) != epoch(other, 0)
    assert epoch(one, 1) != epoch(one, 0)
    assert same.at(one.windows + 1) == one.at(one.windows + 1)  # whatever was asked for before


def test_the_order_is_the_same_in_every_version() -> None:
    data = TuningData([[token] for token in range(1, 7)], [], END)
    assert epoch(TrainWindows(data, 1000, seed=0), 0) == [[1, 0, 2, 0, 3, 0, 4, 0, 6, 0, 5, 0]]


def test_every_held_out_note_is_heard_before_any_is_heard_twice() -> None:
    cut = held_out_windows(DATA, 8, most_tokens=1000)
    assert cut[0] == [END, 901, 902, 903] and cut[1][:2] == [END, 910] and cut[2] == [END, 950]
    assert [window[0] for window in cut[3:]] == [
        916,
        923,
        930,
        937,
    ]  # overlapping by one
    assert sum(len(window) - 1 for window in cut) == 34
    assert held_out_windows(DATA, 8, most_tokens=11) == cut[:3]


def test_training_never_sees_a_held_out_token() -> None:
    seen = {token for number in range(2) for window in epoch(TrainWindows(DATA, 8, 1), number) for token in window}
    assert not seen & {token for note in DATA.held_out for token in note}


@pytest.mark.parametrize("train", [[], [[]], [[5]]], ids=["no-notes", "empty", "one-token"])
def test_nothing_to_learn_from_is_said_in_words(train: list[list[int]]) -> None:
    with pytest.raises(SettingsError):
        TrainWindows(TuningData(train, [], END), 8, 0)


def test_nothing_to_measure_by_is_said_in_words() -> None:
    with pytest.raises(SettingsError):
        held_out_windows(TuningData(NOTES, [[]], END), 8, 100)


def test_the_hash_tells_train_from_held_out() -> None:
    hashes = {
        TuningData(train, held_out, separator).sha256
        for train, held_out, separator in (
            ([[1, 2]], [[3]], 0),
            ([[1, 2], [3]], [], 0),
            ([[1], [2]], [[3]], 0),
            ([[12]], [[3]], 0),
            ([[1, 2]], [[3]], 9),
        )
    }
    assert len(hashes) == 5
