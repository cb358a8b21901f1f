from pathlib import Path

import pytest

from cloud_backend.server.tokens import TokenFileError, TokenStore, add_token, hash_token, read_hashes


def test_token_is_stored_hashed_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    token = add_token(path)
    assert token not in path.read_text()
    assert len(token) >= 43  # 256 bits
    assert TokenStore(path=path).owner(token) == hash_token(token)
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("same_chars", [8, 32, 63])
def test_hash_that_is_nearly_right_admits_nobody(tmp_path: Path, same_chars: int) -> None:
    path = tmp_path / "tokens"
    right = hash_token("alice")
    wrong = "".join("0" if char != "0" else "1" for char in right[same_chars:])
    path.write_text(right[:same_chars] + wrong + "\n")
    store = TokenStore(path=path)
    assert len(store) == 1
    assert store.owner("alice") is None
    path.write_text(wrong + right[len(wrong) :] + "\n")  # the same from the other end
    assert TokenStore(path=path).owner("alice") is None


def test_second_token_is_added_behind_a_line_without_an_end(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_text("# alice\n" + hash_token("alice") + "  # laptop")
    token = add_token(path)
    store = TokenStore(path=path)
    assert store.owner("alice") == hash_token("alice")
    assert store.owner(token) == hash_token(token)
    assert store.owner("bob") is None
    assert len(store) == 2


def test_token_is_taken_up_and_withdrawn_while_the_server_runs(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    first = add_token(path)
    store = TokenStore(path=path)
    second = add_token(path)
    assert store.owner(second)
    path.write_text(hash_token(second) + "\n")
    assert store.owner(first) is None
    assert store.owner(second)


@pytest.mark.parametrize("ruin", ["not a hash", None])
def test_file_that_cannot_be_read_any_more_admits_nobody(tmp_path: Path, ruin: str | None) -> None:
    path = tmp_path / "tokens"
    token = add_token(path)
    store = TokenStore(path=path)
    assert store.owner(token)
    path.unlink()
    if ruin:
        path.write_text(ruin)
    assert store.owner(token) is None


def test_token_written_where_a_hash_belongs_is_refused_and_not_quoted(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_text("my-secret-token\n")
    with pytest.raises(TokenFileError, match="Line 1") as error:
        read_hashes(path)
    assert "my-secret-token" not in str(error.value)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TokenFileError, match="nowhere"):
        TokenStore(path=tmp_path / "nowhere")
