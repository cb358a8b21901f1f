"""What the engine refuses, for the person who runs a backend. Faults of a peer are `app.wire.WireError` instead."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloud_backend.engine.step import StepState


class EngineError(Exception):
    """Base of the engine's own errors. The message is for an operator, and says what to do where that is known."""


class UnsupportedModel(EngineError):
    """The model's architecture, or a feature its config asks for, is not among those the engine implements."""


class SourceError(EngineError):
    """The weights or tokenizer could not be found or read where `prepare` was told to look."""


class ModelFolderError(EngineError):
    """A prepared model folder is missing a file, or a file is not what the manifest says."""


class StepCancelled(EngineError):
    """`run_segment` stopped at a layer because `steps` were cancelled. The batch's other steps may be run again."""

    def __init__(self, steps: Sequence["StepState"]) -> None:
        super().__init__(f"{len(steps)} step(s) cancelled")
        self.steps = tuple(steps)
