"""The privacy panel over a ledger of a million entries: open, filter, scroll, grow; and what it costs a reply.

    python -m benchmarks.panel [--entries 1000000] [--model FOLDER] [--tokens 400]

Opening: from nothing to a painted list. A filter: from the text being taken to the painted list. Scrolling: one jump to
a random place, painted. Growing: 62 new entries (a token with an exchange at each of 30 layers) taken in and painted.

With --model: a real split decodes in its thread, with an exchange at every layer, while the panel's window is open, or
closed, in turns of some tokens, in random order; "ledger" is the gate's and ledger's own clock. Offscreen: nothing is
drawn to a screen, everything is painted.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Set
from contextlib import ExitStack
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from app.core.events import LinkState
from app.core.panel_ledger import RECORD
from app.core.panel_source import AttackInfo, GateState, MessagePlace, MessageTokens, Recovered, SendingLimit
from app.domain.ids import ChatId, MessageId, new_message_id
from app.privacy.ledger_format import CHAIN_BYTES, FILE_HEADER, MAGIC, MARK, NAMING, VERSION
from app.ui.preferences import Preferences
from app.ui.privacy.panel_desk import PanelDesk
from app.ui.theme import Appearance, Theme
from app.ui.window import ChatWindow
from benchmarks.machine import print_header, print_table
from tests.sim.scripted_conversations import ScriptedConversations

SEED = 0
SIZE = (600, 900)
ROUNDS = 7
TURN_TOKENS = 10
FILTERS = (
    "kind:step",
    "dir:up kind:step bytes>1000 host:localhost not purpose:keepalive",
    "tap:3..7",
    "latency>2ms",
    "hash:00",
    "message:0100",
    "(kind:tap or kind:delta) position:100..200",
)


class FileSource:
    """A PanelSource over a ledger file, with no contents."""

    def __init__(self, path: Path) -> None:
        self.ledger_path = path

    def job_ledgers(self) -> tuple[()]:
        return ()

    def gate_state(self) -> GateState:
        return GateState()

    def end_key_log(self) -> None:
        pass

    def first_kept(self) -> int | None:
        return None

    def content(self, entry: int) -> bytes | None:
        return None

    def place_of(self, message: MessageId) -> MessagePlace | None:
        return None

    def messages_of(self, chat: ChatId) -> Set[MessageId]:
        return set()

    def redacts(self, chat: ChatId) -> bool | None:
        return None

    def sending_limit(self, chat: ChatId | None) -> SendingLimit | None:
        return None

    def limit_recovery(self, percent: int | None) -> None:
        pass

    def tokens_of(self, message: MessageId) -> MessageTokens | None:
        return None

    def attacks(self) -> tuple[AttackInfo, ...]:
        return ()

    def recover(self, message: MessageId, attacks: object, tell: object) -> tuple[Recovered, ...]:
        return ()

    def read_notes(self) -> str:
        return ""

    def save_notes(self, text: str) -> None:
        pass


def write_ledger(path: Path, entries: int) -> None:
    """Replies of 100 tokens with 29 exchanges each. The chain is left out: nobody judges it here."""
    records = np.zeros(entries + 3, RECORD)
    at = np.arange(entries + 3)
    place = at % 60  # in a step: the step, 29 times z and y, the state
    records["number"], records["type"] = at, 1
    records["time_ns"] = 1_760_000_000_000_000_000 + at * 700_000
    records["direction"] = 1 + at % 2
    records["kind"] = np.select([place == 0, place == 59, place % 2 == 1], [2, 18, 17], 3)
    records["dtype"], records["purpose"] = 3, 6
    records["tap"] = np.where((place > 0) & (place < 59), (place + 1) // 2, 0)
    records["connection"] = 2 + at // 200_000
    records["message_a"], records["message_b"] = 1 + at // 6000, 7
    records["step"], records["position"], records["rows"] = at // 60, at // 60 % 8000, 1
    records["cols"] = np.where((place == 0) | (place == 59), 576, 32)
    records["payload_bytes"] = 48 + 2 * records["cols"]
    records["wire_bytes"] = records["payload_bytes"] + 8
    raw = bytearray(records.tobytes())
    chain = bytes(CHAIN_BYTES)
    named = NAMING.pack(1, 1, 2, 0, 14, 0, b"localhost:8123") + chain + NAMING.pack(2, 1, 3, 0, 0, 2, b"") + chain
    head = MARK.pack(0, 1, 4, 1, 0, bytes(32)) + chain + named
    raw[: len(head)] = head
    path.write_bytes(FILE_HEADER.pack(MAGIC, VERSION, 160, 0, random.Random(SEED).randbytes(16)) + raw)


def timed_ms(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - started_s)


def row(words: str, times_ms: list[float]) -> list[str]:
    return [words, f"{statistics.median(times_ms):.1f} ms", f"{max(times_ms):.1f} ms"]


def measure_list(theme: Theme, path: Path, entries: int) -> list[list[str]]:
    conversations = ScriptedConversations()
    opened: list[float] = []
    for _ in range(ROUNDS):
        desk = PanelDesk(theme, FileSource(path), conversations, LinkState.READY, theme)

        def open_panel(desk: PanelDesk = desk) -> None:
            panel = desk.make_panel()
            panel.resize(*SIZE)
            panel.show()
            desk.set_shown(True)
            panel.entries.finish()
            panel.grab()

        opened.append(timed_ms(open_panel))
        panel = desk.panel
        assert panel is not None and panel.entries.model.entries == entries
        if len(opened) < ROUNDS:
            desk.forget()
            panel.deleteLater()
            QApplication.processEvents()
    view, rows = panel.entries, [row(f"open, {entries:,} entries", opened)]
    for text in FILTERS:
        times = []
        for _ in range(ROUNDS):
            view.filter_bar.set_text("")
            view.finish()

            def run(text: str = text) -> None:
                view.filter_bar.set_text(text)
                view.finish()
                view.list.viewport().grab()

            times.append(timed_ms(run))
        rows.append(row(f"filter {text} ({view.model.entries:,} entries)", times))
    view.filter_bar.set_text("")
    view.finish()
    source = random.Random(SEED)

    def jump() -> None:
        view.list.verticalScrollBar().setValue(source.randrange(entries))
        view.list.viewport().grab()

    rows.append(row("scroll to a random place", [timed_ms(jump) for _ in range(200)]))
    rows.append(row("group by message", [timed_ms(lambda: (view.group.click(), view.finish())) for _ in range(ROUNDS)]))
    view.group.setChecked(False)
    view.finish()
    new = np.arange(62)

    def grow() -> None:
        view.model.add_rows(new)
        view.list.scrollToBottom()
        view.list.viewport().grab()

    rows.append(row("62 new entries", [timed_ms(grow) for _ in range(100)]))
    desk.forget()
    panel.deleteLater()
    conversations.close()
    return rows


def measure_share(theme: Theme, model: Path, tokens: int) -> list[list[str]]:
    """Decode in a thread, the panel's window open or closed in turns."""
    import torch

    from app.device.adapter import Adapter
    from app.domain.sampling import SamplingSettings
    from app.main import DEVICE_THREADS, SWITCH_INTERVAL_S
    from app.wire.messages import Recipe
    from app.wire.plan import layer_by_layer
    from benchmarks.inference import Split
    from benchmarks.peer import PROMPT

    torch.set_num_threads(DEVICE_THREADS)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with ExitStack() as stack, tempfile.TemporaryDirectory() as work:
        split = Split(model, Path(work), stack)
        plan = layer_by_layer(range(split.model.layers), 32)
        near = split.near(Adapter.random(plan, split.pack.facts, Recipe.SVD, seed=SEED, scale=0.01))
        conversations = ScriptedConversations()
        window = ChatWindow(theme, Preferences())
        window.set_panel_source(FileSource(split.gate.ledger_path))
        window.resize(1280, 860)
        window.show()
        window.open_chats(conversations)
        times: dict[bool, list[float]] = {True: [], False: []}
        spent: list[float] = []
        wanted, done = threading.Event(), threading.Event()
        is_over = threading.Event()

        def decode() -> None:
            prompt = split.tokenizer.encode_chat([("user", PROMPT)], add_generation_prompt=True)
            with split.session(near) as session:
                sampler, message, context = near.sampler(SamplingSettings()), new_message_id(), list(prompt)
                state = session.extend(prompt, message, want_last=True)
                while True:
                    wanted.wait()
                    wanted.clear()
                    if is_over.is_set():
                        return
                    before_s, started_s = split.gate.spent_s, time.perf_counter()
                    for _ in range(TURN_TOKENS):
                        context.append(near.next_token(state, sampler, context))
                        state = session.extend(context[-1:], message, want_last=True)
                    turn.append((time.perf_counter() - started_s) / TURN_TOKENS)
                    spent.append((split.gate.spent_s - before_s) / TURN_TOKENS)
                    done.set()

        turn: list[float] = []
        thread = threading.Thread(target=decode)
        thread.start()
        shuffled = random.Random(SEED)
        order = [is_open for _ in range(tokens // TURN_TOKENS) for is_open in shuffled.sample([True, False], 2)]
        for is_open in [True, False, True, False, *order]:
            if is_open != window.privacy.is_shown:
                window.privacy.toggle()
            for _ in range(20):
                QApplication.processEvents()
            wanted.set()
            while not done.is_set():
                QApplication.processEvents()
                time.sleep(0.001)
            done.clear()
            times[is_open].append(turn[-1])
        is_over.set()
        wanted.set()
        thread.join()
        shown = window.privacy.panel
        assert shown is not None and shown.entries.model.entries > 1000
        conversations.close()
        window.finish_closing()
        window.deleteLater()
    opened, closed = (statistics.median(times[key][2:]) for key in (True, False))
    ledger = statistics.median(spent)
    more = [a - b for a, b in zip(times[True][2:], times[False][2:], strict=True)]  # neighbours in time
    draws = random.Random(SEED)
    error = statistics.stdev(statistics.median(draws.choices(more, k=len(more))) for _ in range(300))
    return [
        ["decode, panel closed", f"{1e3 * closed:.2f} ms a token", ""],
        ["decode, panel open", f"{1e3 * opened:.2f} ms a token", ""],
        ["panel, by difference", f"{100 * statistics.median(more) / closed:.2f} %", f"+- {100 * error / closed:.2f} %"],
        ["gate and ledger, by their own clock", f"{100 * ledger / closed:.2f} %", ""],
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--tokens", type=int, default=400, help="of each way")
    options = parser.parse_args()
    print_header("The privacy panel", SEED)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme = Theme(application, Appearance.LIGHT)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.nhl"
        write_ledger(path, options.entries)
        print_table(["list", "median", "worst"], measure_list(theme, path, options.entries))
    if options.model is not None:
        print_table(
            ["a reply with an exchange at every layer", "", ""], measure_share(theme, options.model, options.tokens)
        )


if __name__ == "__main__":
    main()
