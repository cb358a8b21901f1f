"""Tokens of a device pack to text and back, for reading what was rebuilt. An operator has the same public tokenizer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.domain.errors import ModelError

_ADVICE = "Remove the model in the settings and fetch it again."


class PackText:
    """Raises ModelError where the pack has no tokenizer that can be read."""

    def __init__(self, folder: Path) -> None:
        self._fast: Any = None
        self._pieces: Any = None
        try:
            if (folder / "tokenizer.json").is_file():
                from tokenizers import Tokenizer

                self._fast = Tokenizer.from_file(str(folder / "tokenizer.json"))
                self._fast.no_truncation()
                self._fast.no_padding()
                added = self._fast.get_added_tokens_decoder()
                self.special_ids = frozenset(number for number, token in added.items() if token.special)
            else:
                from sentencepiece import SentencePieceProcessor

                self._pieces = SentencePieceProcessor()
                self._pieces.Load(str(folder / "tokenizer.model"))
                size = self._pieces.GetPieceSize()
                self.special_ids = frozenset(n for n in range(size) if self._pieces.IsControl(n))
        except Exception as error:  # both libraries raise bare Exceptions for every fault of a file
            raise ModelError("The model's tokenizer on this computer is missing or damaged.", _ADVICE) from error

    def tokens(self, text: str) -> list[int]:
        """Ids of a text by itself."""
        if self._fast is not None:
            return list(self._fast.encode(text, add_special_tokens=False).ids)
        return list(self._pieces.encode(text))

    def text(self, tokens: Sequence[int]) -> str:
        """Readable text: where control tokens stood, a line ends."""
        runs: list[list[int]] = [[]]
        for token in tokens:
            if token in self.special_ids:
                runs.append([])
            else:
                runs[-1].append(int(token))
        lines = (self._decode(run).strip("\n") for run in runs if run)
        return "\n".join(line for line in lines if line)

    def _decode(self, run: list[int]) -> str:
        if self._fast is not None:
            return str(self._fast.decode(run, skip_special_tokens=True))
        size = self._pieces.GetPieceSize()
        return str(self._pieces.decode([token for token in run if token < size]))
