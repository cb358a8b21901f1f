"""Eight sessions on one backend at once: each gets the text that it gets alone."""

import threading
from pathlib import Path

from app.core.session import RemoteSession, RetryPolicy
from app.device.near_half import NearHalf
from app.device.pack import install_pack
from app.device.tokenizer import load_tokenizer
from app.domain.backend import Backend
from app.domain.ids import new_message_id
from app.domain.sampling import SamplingSettings
from app.main import Link
from app.net.control import ControlClient
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from tests.sim.backend_process import BackendProcess

SUBJECTS = ("rain", "copper", "owls", "maps", "salt", "trains", "clocks", "moss")
TOKENS = 16


def test_eight_sessions_at_once_say_what_each_says_alone(smollm2_folder: Path, tmp_path: Path) -> None:
    with BackendProcess(smollm2_folder, tmp_path / "backend") as server:
        gate = PrivacyGate(Ledger(tmp_path / "ledger.nhl"))
        link = Link(gate, Backend("remote", server.url, server.token), None)
        control = ControlClient(link.backend, gate)
        (model,) = control.list_models()
        control.download_pack(model, tmp_path / "pack.zip")
        control.close()
        pack = install_pack(tmp_path / "pack.zip", tmp_path / "pack", model.pack_sha256)
        tokenizer = load_tokenizer(pack)

        def reply(subject: str) -> list[int]:
            near = NearHalf(pack)
            session = RemoteSession(near, model, link.open_channel, RetryPolicy(list), lambda words: None, lambda: None)
            prompt = tokenizer.encode_chat([("user", f"Tell me about {subject}.")], add_generation_prompt=True)
            sampler, message = near.sampler(SamplingSettings()), new_message_id()
            state = session.extend(prompt, message, want_last=True)
            made: list[int] = []
            for _ in range(TOKENS):
                made.append(near.next_token(state, sampler, prompt + made))
                state = session.extend(made[-1:], message, want_last=True)
            session.close()
            return made

        alone = {subject: reply(subject) for subject in SUBJECTS}
        together: dict[str, list[int]] = {}
        start = threading.Barrier(len(SUBJECTS))

        def run(subject: str) -> None:
            start.wait()
            together[subject] = reply(subject)

        threads = [threading.Thread(target=run, args=(subject,)) for subject in SUBJECTS]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        gate.close()
    assert together == alone
    assert len({tuple(tokens) for tokens in alone.values()}) == len(SUBJECTS)
