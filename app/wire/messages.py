"""The payloads of the control frames: OPEN, OPENED, ERROR. Integers and hashes only; no field can carry text.

OPENED and ERROR may grow: to add a field, append it, raise frames.MINOR, and let the older length stay valid. OPEN may
not: its plan ends the payload, and bytes after it are refused, so that nothing can ride along; a further field of OPEN
is a new major version (docs/wire-protocol.md, "Versions").
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

from app.wire.errors import ErrorCode, RemoteProtocolError
from app.wire.frames import Dtype
from app.wire.plan import ExchangePlan

HASH_BYTES = 32
_OPEN = struct.Struct("<32s32sHHIBB")
_OPENED = struct.Struct("<IIII")
_ERROR = struct.Struct("<HQ")


class Recipe(IntEnum):
    """How A and B were made from the frozen weights (cloud_backend/engine/recipe.py)."""

    SVD = 1
    RANDOM = 2


@dataclass(frozen=True, slots=True)
class Open:
    """Ask for a session.

    model_hash: SHA-256 of the backbone file. recipe_hash: SHA-256 of the A/B file (zeros where the plan is empty).
    positions: cache length to reserve. state_dtype: embeddings up and hidden states down. exchange_dtype: z and y.
    """

    model_hash: bytes
    recipe_hash: bytes
    recipe: Recipe
    recipe_version: int
    positions: int
    state_dtype: Dtype
    exchange_dtype: Dtype
    plan: ExchangePlan

    def encode(self) -> bytes:
        return (
            _OPEN.pack(
                self.model_hash,
                self.recipe_hash,
                self.recipe,
                self.recipe_version,
                self.positions,
                self.state_dtype,
                self.exchange_dtype,
            )
            + self.plan.encode()
        )

    @classmethod
    def decode(cls, untrusted: bytes) -> "Open":
        """Raises RemoteProtocolError (BAD_HEADER, RECIPE_UNKNOWN, WRONG_DTYPE, PLAN_REFUSED)."""
        if len(untrusted) < _OPEN.size:
            raise RemoteProtocolError(ErrorCode.BAD_HEADER, "OPEN is too short")
        model_hash, recipe_hash, recipe_number, recipe_version, positions, state, exchange = _OPEN.unpack_from(
            untrusted
        )
        try:
            recipe = Recipe(recipe_number)
        except ValueError as error:
            raise RemoteProtocolError(ErrorCode.RECIPE_UNKNOWN, str(recipe_number)) from error
        try:
            state_dtype, exchange_dtype = Dtype(state), Dtype(exchange)
        except ValueError as error:
            raise RemoteProtocolError(ErrorCode.WRONG_DTYPE, str(error)) from error
        if Dtype.NONE in (state_dtype, exchange_dtype):
            raise RemoteProtocolError(ErrorCode.WRONG_DTYPE, "a session needs dtypes")
        plan = ExchangePlan.decode(untrusted[_OPEN.size :])
        return cls(model_hash, recipe_hash, recipe, recipe_version, positions, state_dtype, exchange_dtype, plan)


@dataclass(frozen=True, slots=True)
class Opened:
    """The session exists. positions: reserved. max_rows: in one step. Times in seconds."""

    positions: int
    max_rows: int
    idle_timeout_s: int
    step_timeout_s: int

    def encode(self) -> bytes:
        return _OPENED.pack(self.positions, self.max_rows, self.idle_timeout_s, self.step_timeout_s)

    @classmethod
    def decode(cls, untrusted: bytes) -> "Opened":
        """Longer payloads come from a newer minor version and are read as far as we know them."""
        if len(untrusted) < _OPENED.size:
            raise RemoteProtocolError(ErrorCode.BAD_HEADER, "OPENED is too short")
        return cls(*_OPENED.unpack_from(untrusted))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the session ends. limit: the number that was exceeded, 0 where there is none."""

    code: ErrorCode
    limit: int = 0

    def encode(self) -> bytes:
        return _ERROR.pack(self.code, self.limit)

    @classmethod
    def decode(cls, untrusted: bytes) -> "Refusal":
        """An unknown code (a newer peer) is read as INTERNAL."""
        if len(untrusted) < _ERROR.size:
            raise RemoteProtocolError(ErrorCode.BAD_HEADER, "ERROR is too short")
        number, limit = _ERROR.unpack_from(untrusted)
        code = ErrorCode(number) if number in ErrorCode._value2member_map_ else ErrorCode.INTERNAL
        return cls(code, limit)
