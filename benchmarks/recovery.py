"""What an operator could rebuild, and how long it takes: the attacks on frames of the real split, with public weights.

    python -m benchmarks.recovery MODEL_FOLDER [--tokens 2000] [--deep]

One chat of so many tokens goes through the app's own path (NearHalf, gate with its ledger, WebSocket, backend as a
child process); what the gate kept is attacked. A chat repeats its tokens and equal rows are looked up once, so a second
line gives the worst case: as many tokens, all different. Peak memory is what both add to this process. --deep also
matches the states after 2 and 8 layers, and with noise (minutes).
"""

import argparse
import resource
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import torch

from app.core.generation import Reply, generate
from app.device.adapter import Adapter
from app.device.near_half import NearHalf
from app.device.near_states import near_states
from app.domain.ids import new_message_id
from app.domain.sampling import SamplingSettings
from app.main import DEVICE_THREADS, SWITCH_INTERVAL_S
from app.privacy.recovery.attack import Attack, Real, Recovery, percent, run_all
from app.privacy.recovery.attacks.adapter_copy import AdapterCopy
from app.privacy.recovery.attacks.deeper_layers import DeeperLayers
from app.privacy.recovery.attacks.embeddings import NearestEmbeddings
from app.privacy.recovery.attacks.head import HeadOnStates
from app.privacy.recovery.attacks.noise import NoiseCurve
from app.privacy.recovery.nearest import nearest_tokens
from app.privacy.recovery.recording import Recording
from app.privacy.recovery.weights import PublicWeights
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target, layer_by_layer
from benchmarks.inference import Split
from benchmarks.machine import print_header, print_table

SEED = 0
RANK = 32
PRESET_RANK, DEVICE_LAYERS = 128, 2  # of the presets (app/core/tuning_presets.py)
REPLY_TOKENS = 32
WORDS = (
    "The {n}th letter to Anna Lindqvist, Harbour Street {n}, says that payment {n}77 of {n}.50 euros was received; "
    "Dr Oyelaran will call back on {n} May about the knee, the tablets and the second opinion from Bremen. "
)


def chat_text(split: Split, tokens: int) -> str:
    """About so many tokens of text, no line of it like another."""
    text, number = "", 1
    while len(split.tokenizer.encode(text)) < tokens:
        text += WORDS.format(n=number)
        number += 1
    return text


def recorded(split: Split, near: NearHalf, text: str, reply_tokens: int) -> tuple[Recording, Real]:
    """One message and its greedy reply, as the gate kept them."""
    reply = Reply(new_message_id())
    prompt = split.tokenizer.encode_chat([("user", text)], add_generation_prompt=True)
    settings = SamplingSettings(temperature=0.0, max_tokens=reply_tokens)
    with split.session(near) as session:
        generate(session, near, split.tokenizer, prompt, settings, reply, lambda text: None, lambda: None)
    return Recording.of(split.gate.kept(), reply.message), Real(text, reply.text)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def row(found: Recovery, note: str = "") -> list[str]:
    shares = ", ".join(f"{part} {percent(share.tokens)}" for part, share in found.shares.items())
    own = "" if shares or found.share is None else percent(found.share)
    return [
        f"{found.title}{note}",
        shares or own or "-",
        f"{found.seconds:.2f} s",
        "; ".join(": ".join(d) for d in found.details),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--tokens", type=int, default=2000)
    parser.add_argument("--deep", action="store_true")
    options = parser.parse_args()
    print_header("Recovery: what an operator could rebuild from recorded frames", SEED)
    torch.set_num_threads(DEVICE_THREADS)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    rows: list[list[str]] = []
    with ExitStack() as stack, tempfile.TemporaryDirectory() as work:
        split = Split(options.model, Path(work), stack)
        weights = PublicWeights(split.pack.folder, options.model.resolve().parent, near_states)
        recording, real = recorded(split, split.near(None), chat_text(split, options.tokens), REPLY_TOKENS)
        before_mb = peak_mb()
        (found,) = run_all(recording, weights, real, attacks=[NearestEmbeddings()])
        rows.append(row(found, f", {len(found.tokens)} positions"))
        random = np.random.default_rng(SEED)
        tokens = random.choice(weights.vocab_size, options.tokens, replace=False)
        rows_ND, started_s = weights.embeddings(tokens.tolist()), time.perf_counter()
        nearest = nearest_tokens(rows_ND, weights, lambda share: None)
        seconds, share = time.perf_counter() - started_s, float((nearest.tokens == tokens).mean())
        rows.append([f"the same, {options.tokens} different tokens", percent(share), f"{seconds:.2f} s", ""])
        print(f"looking up embeddings: peak memory +{peak_mb() - before_mb:.0f} MB\n")
        others: list[Attack] = [HeadOnStates(), NoiseCurve()]
        rows += [row(one) for one in run_all(recording, weights, real, attacks=others)]
        short = chat_text(split, 160)
        for dtype in (Dtype.FP16, Dtype.BF16, Dtype.INT8):
            plan = layer_by_layer(range(split.model.layers), RANK)
            adapter = Adapter.random(plan, split.pack.facts, Recipe.SVD, seed=SEED, scale=0.01)
            near = NearHalf(split.pack, adapter, exchange_dtype=dtype)
            tapped, real = recorded(split, near, short, 2)
            (found,) = run_all(tapped, weights, real, attacks=[AdapterCopy()])
            rows.append(row(found, f", r={RANK}, {dtype.name.lower()}"))
        layers = range(DEVICE_LAYERS, split.model.layers)
        for rank, text in ((RANK, short), (PRESET_RANK, chat_text(split, 700))):
            tap = Tap(0, tuple(Target(layer, Projection.V) for layer in layers), rank, rank)
            for dtype in (Dtype.FP16, Dtype.BF16, Dtype.INT8):
                adapter = Adapter.random(
                    ExchangePlan((tap,)),
                    split.pack.facts,
                    Recipe.SVD,
                    seed=SEED,
                    scale=0.01,
                    device_layers=DEVICE_LAYERS,
                )
                tapped, real = recorded(split, NearHalf(split.pack, adapter, exchange_dtype=dtype), text, 24)
                (found,) = run_all(tapped, weights, real, attacks=[AdapterCopy()])
                rows.append(row(found, f", free tap, r={rank}, {dtype.name.lower()}"))
        if options.deep:
            plain, real = recorded(split, split.near(None), short, 2)
            for layers, noise in ((2, 0.0), (8, 0.0), (2, 0.5)):
                (found,) = run_all(plain, weights, real, attacks=[DeeperLayers(layers, noise, positions=24)])
                rows.append(row(found, f": {layers}" + (f", noise {noise:g} x" if noise else "")))
        split.gate.close()
    print_table(["attack", "rebuilt (tokens)", "time", "details"], rows)


if __name__ == "__main__":
    main()
