"""How much of LoRA's gain split adapters keep, plan by plan, on public texts: held-out loss, and facts of the notes.

    python -m benchmarks.tuning_quality MODEL_FOLDER RESULTS.jsonl [--texts FOLDER] [--seeds 3] [--only NAME ...]

Every run is one line of RESULTS, so that a broken-off benchmark goes on where it was; the tables are made from it.
Learning rates are searched for each adapter by itself with a seed of its own: all on the first text, the best two on
the others too, and the highest mean gain wins. Of two rates of a head part, the one wins whose smaller share of
LoRA's gain is higher, of the one in held-out loss and the one in facts of those draws. One process, the mathematics
of the split (tuning_plans.py) on transformers, frozen weights in the dtype that is fastest here, what is trained in
fp32; the peer is PEFT LoRA (q, k, v of all layers). Several processes may share RESULTS where their --only differ.
"""

import argparse
import json
import math
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from app.core.tuning_presets import grouped_plan
from app.device.linear import fastest_dtype
from app.wire.frames import Dtype
from app.wire.plan import layer_by_layer
from benchmarks.machine import print_header, print_table
from benchmarks.peer import load_whole_model
from benchmarks.tuning_plans import Candidate, SplitAdapter, spread
from benchmarks.tuning_texts import PACKAGES, Question, fetch, notes_of, questions, split

SEARCH_SEED = 100
WINDOW = 256
STEPS = 70
WARMUP = 7
TRAIN_CHARACTERS, HELD_OUT_CHARACTERS = 80_000, 16_000
FACT_CHARACTERS, FACT_STEPS, FACT_QUESTIONS = 26_000, 160, 100
HEAD_RANK, HEAD_RATES = 64, (1e-3, 3e-3)
LORA_RATES = (2e-3, 5e-3, 1e-2)
PEER = "LoRA r=8"

Rates = tuple[float, float]  # of what is trained; of the head part, where that has one of its own


def candidates(layers: int) -> list[Candidate]:
    """What is compared. "trips": round trips a token. "v", "qkv": what is adapted."""
    free = [0]
    with_head = partial(Candidate, head_rank=HEAD_RANK, head_rates=HEAD_RATES)

    def near(taps: list[int], count: int = 2, rank: int = 128) -> dict[str, Any]:
        """v of the layers behind the device's own."""
        return {"plan": spread(taps, layers, rank, rank, "v", count), "device_layers": count}

    def beside(groups: int) -> dict[str, Any]:
        """As the app's: the free tap for v of all of these layers, the others for q and k of their groups."""
        return {"plan": grouped_plan(layers, groups, 192, 2), "device_layers": 2, "rates": (6e-3,)}

    return [
        Candidate(PEER, lora_rank=8, rates=LORA_RATES, is_asked_for_facts=True),
        with_head("1 trip, head", **near(free), is_asked_for_facts=True),
        with_head("3 trips, head", **beside(3), is_asked_for_facts=True),
        with_head("6 trips, head", **beside(6), is_asked_for_facts=True),
        Candidate("1 trip", **near(free)),
        Candidate("1 trip, r=192", **near(free, rank=192), rates=(6e-3,)),
        Candidate("3 trips", **beside(3)),
        Candidate("6 trips", **beside(6)),
        Candidate("head alone", head_rank=HEAD_RANK, rates=HEAD_RATES, is_asked_for_facts=True),
        Candidate("LoRA r=16", lora_rank=16, rates=LORA_RATES),
        with_head("1 trip, head, int8", **near(free), rates_of="1 trip, head", exchange=Dtype.INT8),
        with_head("1 trip, head, embeddings only", **near(free, 0)),
        Candidate("paper: random r=128, qkv", layer_by_layer(range(layers), 128), recipe="random"),
        Candidate("30 trips: SVD r=128, v", spread(range(layers), layers, 128, 128, "v")),
    ]


class Bench:
    """A frozen model on which adapters are trained one after another."""

    def __init__(self, folder: Path, texts: Path) -> None:
        from transformers import AutoTokenizer

        self._folder = folder
        self.model = load_whole_model(folder, fastest_dtype())
        self.model.requires_grad_(requires_grad=False)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(_tokenizer_folder(folder, texts))
        self._notes = {name: notes_of(texts, name) for name in PACKAGES}

    def run(self, candidate: Candidate, text: str, seed: int, rates: Rates, *, is_about_facts: bool) -> dict[str, Any]:
        """Train, and measure before and after."""
        characters = FACT_CHARACTERS if is_about_facts else TRAIN_CHARACTERS
        train, held_out = split(self._notes[text], seed, characters, HELD_OUT_CHARACTERS)
        windows, tests = self._windows(train, seed), self._held_out(held_out)
        asked = questions(train, seed, FACT_QUESTIONS) if is_about_facts else []
        before, right_before = self._loss(tests), self._right(asked)
        started_s = time.monotonic()
        optimisers, remove = self._attach(candidate, seed, rates)
        groups = [group for optimiser in optimisers for group in optimiser.param_groups]
        parameters = [parameter for group in groups for parameter in group["params"]]
        steps = FACT_STEPS if is_about_facts else STEPS
        for step in range(steps):
            share = min(1.0, (step + 1) / WARMUP) * (0.55 + 0.45 * math.cos(math.pi * step / steps))
            for group in groups:
                group["lr"] = group["rate"] * share
            loss = self._mean_loss(next(windows))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            for optimiser in optimisers:
                optimiser.step()
                optimiser.zero_grad()
        seconds = time.monotonic() - started_s
        result = {
            "name": candidate.name,
            "text": text,
            "seed": seed,
            "rate": rates[0],
            "head_rate": rates[1],
            "facts": is_about_facts,
            "before": before,
            "after": self._loss(tests),
            "seconds": round(seconds, 1),
            "right_before": right_before,
            "right_after": self._right(asked),
            "asked": len(asked),
            "parameters": sum(parameter.numel() for parameter in parameters),
        }
        remove()
        return result

    def _attach(self, candidate: Candidate, seed: int, rates: Rates) -> tuple[list[torch.optim.Optimizer], Any]:
        """The app's optimisers (Muon for M, AdamW for the head part), and what takes the adapter off again."""
        rate, head_rate = rates
        if candidate.is_split:
            adapter = SplitAdapter(self.model, self._folder, candidate, seed)
            found: list[torch.optim.Optimizer] = []
            if candidate.plan.taps:
                found.append(torch.optim.Muon(_group(adapter.matrices, rate), weight_decay=0.0, momentum=0.9))
            if candidate.head_rank:
                found.append(torch.optim.AdamW(_group(adapter.head, head_rate or rate), weight_decay=0.0))
            return found, adapter.remove
        from peft import LoraConfig, get_peft_model

        torch.manual_seed(seed)
        rank = candidate.lora_rank
        wrapped: Any = get_peft_model(
            self.model, LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=["q_proj", "k_proj", "v_proj"])
        )
        return [torch.optim.AdamW(_group(wrapped, rate), weight_decay=0.0)], wrapped.unload

    def _ids(self, text: str) -> list[int]:
        return [*self.tokenizer(text, add_special_tokens=False)["input_ids"], self.tokenizer.eos_token_id]

    def _windows(self, notes: Sequence[str], seed: int) -> Iterator[Tensor]:
        stream = [token for note in notes for token in self._ids(note)]
        starts = list(range(0, len(stream) - WINDOW, WINDOW))
        generator = torch.Generator().manual_seed(seed)
        while True:
            for place in torch.randperm(len(starts), generator=generator).tolist():
                yield torch.tensor([stream[starts[place] : starts[place] + WINDOW]])

    def _held_out(self, notes: Sequence[str]) -> list[Tensor]:
        return [torch.tensor([self._ids(note)[:512]]) for note in notes]

    def _mean_loss(self, ids: Tensor) -> Tensor:
        logits = self.model(input_ids=ids).logits[0, :-1]
        return torch.nn.functional.cross_entropy(logits, ids[0, 1:])

    @torch.inference_mode()
    def _loss(self, tests: Sequence[Tensor]) -> float:
        """Nats a token, over all tokens."""
        counts = [ids.shape[1] - 1 for ids in tests]
        return sum(float(self._mean_loss(ids)) * n for ids, n in zip(tests, counts, strict=True)) / sum(counts)

    @torch.inference_mode()
    def _right(self, asked: Sequence[Question]) -> float:
        """Share of questions whose answer is the greedy continuation of the prompt."""
        right = 0
        for question in asked:
            prompt = self.tokenizer(question.prompt, add_special_tokens=False)["input_ids"]
            answer = self.tokenizer(question.answer, add_special_tokens=False)["input_ids"]
            logits = self.model(input_ids=torch.tensor([prompt + answer])).logits[0]
            right += logits[len(prompt) - 1 : -1].argmax(-1).tolist() == answer
        return right / len(asked) if asked else 0.0


def _group(module: torch.nn.Module, rate: float) -> list[dict[str, Any]]:
    return [{"params": [one for one in module.parameters() if one.requires_grad], "rate": rate}]


def _tokenizer_folder(folder: Path, texts: Path) -> Path:
    """The tokenizer's files, out of the device pack."""
    import zipfile

    target = texts / "tokenizer"
    with zipfile.ZipFile(folder / "device-pack.zip") as pack:
        for name in pack.namelist():
            if name.endswith((".json", ".txt")):
                (target / Path(name).name).parent.mkdir(parents=True, exist_ok=True)
                (target / Path(name).name).write_bytes(pack.read(name))
    return target


class Results:
    """RESULTS.jsonl, read again whenever something is looked for: another process may be writing beside this one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()

    def find(self, **wanted: object) -> list[dict[str, Any]]:
        rows = [json.loads(line) for line in self._path.read_text().splitlines()]
        return [row for row in rows if all(row[key] == value for key, value in wanted.items())]

    def add(self, row: dict[str, Any]) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        gain = row["before"] - row["after"]
        rates = f"{row['rate']:g}" + (f" and {row['head_rate']:g}" if row["head_rate"] else "")
        facts = f", right {row['right_before']:.2f} -> {row['right_after']:.2f}" if row["facts"] else ""
        print(f"{row['name']:32} {row['text']:16} seed {row['seed']} rate {rates}: gain {gain:.3f}{facts}")


class Search:
    """The rates of each candidate, from draws with SEARCH_SEED, none of which is in the table."""

    def __init__(self, bench: Bench, results: Results, compared: Sequence[Candidate]) -> None:
        self._bench, self._results = bench, results
        self._compared = {candidate.name: candidate for candidate in compared}
        self.peer = self._compared[PEER]

    def rates(self, candidate: Candidate) -> Rates:
        """Measured first, where they are not yet known."""
        candidate = self._compared[candidate.rates_of or candidate.name]
        found = [self._best(candidate, head_rate) for head_rate in candidate.head_rates]
        return max(found, key=partial(self._worth, candidate)) if len(found) > 1 else found[0]

    def row(
        self, candidate: Candidate, rates: Rates, text: str, seed: int, *, is_about_facts: bool = False
    ) -> dict[str, Any]:
        """Of this run, which is made where it is not there yet."""
        found = self._find(candidate, rates, text=text, seed=seed, facts=is_about_facts)
        if not found:
            found = [self._bench.run(candidate, text, seed, rates, is_about_facts=is_about_facts)]
            self._results.add(found[0])
        return found[0]

    def final(self, candidate: Candidate, *, is_about_facts: bool) -> list[dict[str, Any]]:
        """What is there for the table."""
        found = self._find(candidate, self.rates(candidate), facts=is_about_facts)
        return [row for row in found if row["seed"] != SEARCH_SEED]

    def _find(self, candidate: Candidate, rates: Rates, **wanted: object) -> list[dict[str, Any]]:
        return self._results.find(name=candidate.name, rate=rates[0], head_rate=rates[1], **wanted)

    def _best(self, candidate: Candidate, head_rate: float) -> Rates:
        first, *others = PACKAGES
        asked = [(rate, head_rate) for rate in candidate.rates]
        best_two = sorted(asked, key=lambda rates: self._gain(candidate, rates, [first]))[-2:]
        return max(best_two, key=lambda rates: self._gain(candidate, rates, [first, *others]))

    def _worth(self, candidate: Candidate, rates: Rates) -> float:
        """The smaller share of LoRA r=8's gain."""
        wanted = (False, True) if candidate.is_asked_for_facts else (False,)
        peer_rates = self.rates(self.peer)
        return min(
            self._gain(candidate, rates, PACKAGES, is_about_facts=is_about_facts)
            / self._gain(self.peer, peer_rates, PACKAGES, is_about_facts=is_about_facts)
            for is_about_facts in wanted
        )

    def _gain(self, candidate: Candidate, rates: Rates, texts: Iterable[str], *, is_about_facts: bool = False) -> float:
        rows = (self.row(candidate, rates, text, SEARCH_SEED, is_about_facts=is_about_facts) for text in texts)
        return sum(map(_gain, rows))


def _gain(row: dict[str, Any]) -> float:
    """In nats a token, or in the share of questions answered right."""
    return float(row["right_after"] - row["right_before"] if row["facts"] else row["before"] - row["after"])


def measure(search: Search, chosen: Sequence[Candidate], seeds: int) -> None:
    for candidate in chosen:
        search.rates(candidate)
    for is_about_facts in (False, True):
        for seed in range(seeds):
            for text in PACKAGES:
                for candidate in chosen:
                    if candidate.is_asked_for_facts or not is_about_facts:
                        search.row(candidate, search.rates(candidate), text, seed, is_about_facts=is_about_facts)


def report(search: Search, chosen: Sequence[Candidate], hidden_size: int, layers: int) -> None:
    paper = Candidate("paper", layer_by_layer(range(layers), 128), exchange=Dtype.FP16)
    whole = paper.bytes_per_token(hidden_size, training=True)
    rows = []
    for candidate in chosen:
        rate, head_rate = search.rates(candidate)
        found = search.final(candidate, is_about_facts=False)
        size = candidate.bytes_per_token(hidden_size, training=True)
        rows.append(
            (
                candidate.name,
                str(candidate.plan.round_trips) if candidate.is_split else "-",
                f"{found[0]['parameters'] / 1000:.0f}k",
                f"{rate:g}" + (f" and {head_rate:g}" if head_rate else ""),
                ", ".join(
                    f"{statistics.mean(_gain(row) for row in found if row['text'] == text):.3f}" for text in PACKAGES
                ),
                _in_words(_shares(search, candidate, is_about_facts=False)),
                _right_in_words(search.final(candidate, is_about_facts=True)),
                _in_words(_shares(search, candidate, is_about_facts=True)),
                f"{candidate.bytes_per_token(hidden_size, training=False):,}" if candidate.is_split else "-",
                f"{size:,} ({size / whole:.2f})" if candidate.is_split else "-",
            )
        )
    print_table(
        (
            *("adapter", "round trips", "parameters", "rate", f"gain, nats a token: {', '.join(PACKAGES)}"),
            *("share of LoRA r=8's gain", "facts right before, after", "share of its gain in facts"),
            *("bytes a token of chat", "bytes a training token (of the paper's)"),
        ),
        rows,
    )


def _shares(search: Search, candidate: Candidate, *, is_about_facts: bool) -> list[float]:
    """Of LoRA r=8's gain on the same text and seed."""
    peers = {(row["text"], row["seed"]): _gain(row) for row in search.final(search.peer, is_about_facts=is_about_facts)}
    rows = search.final(candidate, is_about_facts=is_about_facts)
    return [_gain(row) / peers[row["text"], row["seed"]] for row in rows if peers.get((row["text"], row["seed"]))]


def _right_in_words(rows: Sequence[dict[str, Any]]) -> str:
    asked, before, after = (
        sum(round(row[key] * row["asked"]) if key != "asked" else row[key] for row in rows)
        for key in ("asked", "right_before", "right_after")
    )
    return f"{before}, {after} of {asked}" if asked else "-"


def _in_words(shares: Sequence[float]) -> str:
    return f"{statistics.mean(shares):.2f} ({min(shares):.2f}-{max(shares):.2f})" if shares else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--texts", type=Path, default=Path.home() / ".cache" / "nearhalf-texts")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    fetch(arguments.texts)
    bench = Bench(arguments.folder, arguments.texts)
    layers, width = bench.model.config.num_hidden_layers, bench.model.config.hidden_size
    chosen = [one for one in candidates(layers) if not arguments.only or one.name in arguments.only]
    results = Results(arguments.results)
    search = Search(bench, results, candidates(layers))
    print_header("Tuning: share of LoRA's gain that split adapters keep", SEARCH_SEED)
    measure(search, chosen, arguments.seeds)
    report(search, chosen, width, layers)


if __name__ == "__main__":
    main()
