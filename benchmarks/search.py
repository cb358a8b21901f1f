"""The encrypted store with 50,000 messages: search, one commit, a grown reply, loading a chat of 10,000, a backup.

    python -m benchmarks.search

Offscreen and without a model: words are drawn from a fixed vocabulary with frequencies like those of a language
(Zipf), so that there are common and rare ones. The database stands in a temporary folder ($TMPDIR chooses the disk).
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from app.domain.conversation import ChatInfo, EndReason, Message, Role, StoredChat, Traffic
from app.domain.ids import new_chat_id, new_message_id
from app.storage.chat_store import EncryptedChatStore
from app.storage.database import Database
from benchmarks.machine import print_header, print_table

SEED = 1
KEY = bytes(range(32))
BUDGET_MS = {"search": 50, "load 10,000 messages": 100}


def vocabulary(chance: random.Random, size: int = 20_000) -> list[str]:
    syllables = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "ei", "er", "an")]
    return ["".join(chance.choices(syllables, k=chance.randint(1, 5))) for _ in range(size)]


def fill(
    store: EncryptedChatStore, messages: int, big_chat: int, chance: random.Random
) -> tuple[list[str], StoredChat]:
    """Chats of 100 messages and one of `big_chat`. Returns the words, by rank, and the big chat."""
    words = vocabulary(chance)
    weights = [1 / (rank + 3) for rank in range(len(words))]
    drawn = chance.choices(words, weights, k=2_000_000)

    def chat_of(length: int) -> StoredChat:
        parent, made = None, []
        for n in range(length):
            start = chance.randrange(len(drawn) - 400)
            is_reply = n % 2 == 1
            text = " ".join(drawn[start : start + (chance.randint(60, 300) if is_reply else chance.randint(5, 60))])
            made.append(
                Message(
                    new_message_id(),
                    Role.ASSISTANT if is_reply else Role.USER,
                    text,
                    tuple(chance.choices(range(49_152), k=200)) if is_reply else (),
                    parent,
                    created_at_ms=n,
                    end=EndReason.END_OF_TEXT if is_reply else None,
                    traffic=Traffic(200, 200, 230_000, 230_000, 40, 200, 1, 0.3, 2.0) if is_reply else None,
                    model_id="smollm2" if is_reply else "",
                )
            )
            parent = made[-1].id
        return StoredChat(ChatInfo(new_chat_id(), title=" ".join(drawn[:5])), made)

    big = chat_of(big_chat)
    store.import_chat(big)
    for _ in range((messages - big_chat) // 100):
        store.import_chat(chat_of(100))
    return words, big


def timed(call: Callable[[], object], times: int) -> list[float]:
    """Milliseconds."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        found.append((time.perf_counter() - started) * 1000)
    return found


def row(name: str, found: Sequence[float], note: str = "") -> list[str]:
    ordered = sorted(found)
    p95 = ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    return [name, str(len(found)), f"{statistics.median(found):.2f}", f"{p95:.2f}", f"{ordered[-1]:.2f}", note]


def search_rows(store: EncryptedChatStore, words: list[str], chance: random.Random) -> list[list[str]]:
    queries = {
        "search: rare word": lambda: chance.choice(words[5_000:]),
        "search: middling word": lambda: chance.choice(words[100:1_000]),
        "search: the most common words": lambda: chance.choice(words[:5]),
        "search: two common words": lambda: f"{words[1]} {words[2]}",
        "search: two letters (a prefix)": lambda: chance.choice(words)[:2],
        "search: one letter": lambda: chance.choice("bdfgk"),
        "search: no hit": lambda: "qqqqq",
    }
    rows = []
    for name, make in queries.items():
        hits: list[int] = []
        found = timed(lambda make=make, hits=hits: hits.append(len(store.search(make(), 100))), 30)
        rows.append(row(name, found, f"{statistics.median(hits):.0f} hits shown"))
    return rows


def write_rows(store: EncryptedChatStore, big: StoredChat) -> list[list[str]]:
    chat, last = big.info.id, big.messages[-1].id

    def add() -> None:
        store.add_message(
            chat, Message(new_message_id(), Role.USER, "A question of usual length, a line or so.", parent=last)
        )

    reply = Message(new_message_id(), Role.ASSISTANT, "", parent=last)
    store.add_message(chat, reply)
    grown = replace(reply, text="word " * 1_000, tokens=tuple(range(1_000)))
    rows = [row("add_message (synced to the disk)", timed(add, 200))]
    rows.append(row("grow_reply (1,000 tokens so far)", timed(lambda: store.grow_reply(grown), 200)))
    ended = replace(grown, end=EndReason.STOPPED)
    rows.append(row("grow_reply, ended (indexed, synced)", timed(lambda: store.grow_reply(ended), 50)))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--chat", type=int, default=10_000)
    asked = parser.parse_args()
    print_header(f"The encrypted store with {asked.messages:,} messages", SEED)
    print(f"SQLCipher wheel {version('sqlcipher3-wheels')}, SQLite {sqlcipher.sqlite_version}\n")
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "history.db")
        database.open(KEY)
        store = EncryptedChatStore(database)
        started = time.perf_counter()
        words, big = fill(store, asked.messages, asked.chat, chance)
        print(f"filled in {time.perf_counter() - started:.1f} s")
        database.close()
        rows = [row("open", timed(lambda: (database.close(), database.open(KEY)), 5))]
        print(f"on the disk: {database.path.stat().st_size / 2**20:.0f} MiB\n")
        rows += search_rows(store, words, chance)
        rows += write_rows(store, big)
        rows.append(row(f"load a chat of {asked.chat:,}", timed(lambda: store.load(big.info.id), 10)))
        rows.append(row(f"list of {len(store.chats())} chats", timed(store.chats, 20)))
        copies = iter(range(3))
        rows.append(
            row("copy for a backup", timed(lambda: database.copy_to(Path(folder) / f"{next(copies)}.db", KEY), 2))
        )
        database.close()
    print_table(["what", "times", "median ms", "95 % ms", "worst ms", ""], rows)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
