"""kill -9 of a process that writes its history: what it had stored is there, and the history opens as ever."""

import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.domain.conversation import Role
from app.storage.database import check_database
from app.storage.paths import DataFolder
from app.storage.schema import SCHEMA
from app.storage.vault import DataVault
from tests.sim.keyrings import NullKeyring

KILLS = 20
ROOT = Path(__file__).resolve().parents[2]


def run_until_killed(folder: DataFolder, after_s: float) -> list[str]:
    """What it said before it was killed, `after_s` after its first word."""
    command = [sys.executable, "-m", "tests.sim.history_writer", str(folder.root)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(after_s)
        process.kill()
        said = first + process.stdout.read()
    assert process.returncode in (-9, 1)
    return said.decode().splitlines()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_twenty_kills_lose_nothing_that_was_stored(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data").create()
    chance = random.Random(7)
    stored: set[tuple[str, str]] = set()
    replies: dict[tuple[str, str], int] = {}
    for _ in range(KILLS):
        said = run_until_killed(folder, chance.uniform(0, 0.15))
        for line in said:
            if found := re.fullmatch(r"message (\d+) (\d+)", line):
                stored.add((found[1], found[2]))
            elif found := re.fullmatch(r"reply (\d+) (\d+) (\d+)", line):
                replies[found[1], found[2]] = int(found[3])
            else:
                pytest.fail(line)
        vault = DataVault(folder, NullKeyring())
        assert vault.open_without_asking() and vault.notice == ""
        there: dict[tuple[str, str], int] = {}
        for info in vault.chats.chats():
            messages = {message.id: message for message in vault.chats.load(info.id).messages}
            asked = {m.id: tuple(m.text.split()[1:3]) for m in messages.values() if m.role is Role.USER}
            there |= dict.fromkeys(asked.values(), 0)  # type: ignore[arg-type]
            for message in messages.values():
                if message.role is Role.ASSISTANT and message.parent is not None:
                    assert len(message.tokens) == message.text.count("word"), "text and tokens are of one moment"
                    there[asked[message.parent]] = len(message.tokens)  # type: ignore[index]
        key = vault._keys.derive("history")
        found_by_search = len(vault.chats.search("padding", 10**6))
        vault.close()
        assert stored <= there.keys(), "a message whose add_message returned is missing"
        assert all(there[place] >= length for place, length in replies.items())
        assert found_by_search == len(there)
        assert check_database(folder.history, key, SCHEMA.counted)["chats"] >= 1
    assert len(stored) >= KILLS
