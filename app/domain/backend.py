"""A backend as the app knows it, and the models that one offers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backend:
    """Where the decoder layers run. `ca_file` is a PEM file to trust besides the system's own.

    fingerprint: SHA-256 of the one certificate (DER) to accept, 64 hexadecimal digits; None: whoever the authorities
    vouch for. The person pinned it because no authority vouches for that certificate.
    """

    name: str
    url: str  # http://127.0.0.1:port or https://host[:port]
    token: str
    ca_file: str | None = None
    fingerprint: str | None = None
    recovery_limit_percent: int | None = None  # the person's: above it nothing more is sent; None: no limit

    def __repr__(self) -> str:
        return f"Backend(name={self.name!r}, url={self.url!r})"


def fingerprint_lines(fingerprint: str) -> tuple[str, ...]:
    """To compare by eye: four lines of eight pairs, as `openssl x509 -noout -fingerprint -sha256` writes pairs."""
    pairs = [fingerprint[at : at + 2].upper() for at in range(0, len(fingerprint), 2)]
    return tuple(":".join(pairs[at : at + 8]) for at in range(0, len(pairs), 8))


@dataclass(frozen=True, slots=True)
class RecipeInfo:
    """A named, versioned pair of fixed matrices A and B for every layer."""

    name: str  # "svd" or "random"
    version: int
    sha256: str
    rank: int  # the largest that a plan may use
    bytes: int = 0  # of its file; 0: the backend does not give it away


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model of a backend, as /v1/models describes it."""

    model_id: str
    architecture: str
    layers: int
    hidden_size: int
    vocab_size: int
    max_positions: int  # the smaller of the model's and the server's
    max_rows: int
    backbone_sha256: str
    pack_sha256: str
    pack_bytes: int
    dtype: str
    recipes: tuple[RecipeInfo, ...]
    tuning_rows: int = 0  # in one training step; 0: this backend does not train
    pack_format: int = 0  # 0: the backend does not say
