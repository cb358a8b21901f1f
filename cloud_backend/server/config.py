"""Every limit of the server, in one place. What is not here is unlimited: whatever a peer can grow must be here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Limits and times, as `nearhalf-cloud serve` sets them. Sizes in the unit that the name says, times in seconds.

    max_positions: of one session; 0 = what the model allows. max_kv_bytes: of all sessions' caches and of the matrices
    that their plans cut out of A and B; beside them each model keeps those of its last 8 plans, 256 MiB at most, for
    sessions to come. max_lifetime_s: a session's age, whatever it does. step_timeout_s: for the device's answer to a
    TAP, and for OPEN after the upgrade. send_timeout_s: for a peer to read what was sent. header_timeout_s: for a whole
    HTTP request head. max_connections: sockets, whoever they are; of those of one token, max_connections_per_token may
    be data channels, with a session or without.
    max_tuning_sessions: sessions that train at the same time; 0: none may. They share max_tuning_bytes for what their
    steps keep until backward; weights are not in it, nor one copy of A and B a session at most. tuning_timeout_s: for
    the device's part of a training step, whose longest is the loss over the whole vocabulary.
    """

    max_sessions: int = 64
    max_sessions_per_token: int = 16
    max_positions: int = 0
    max_kv_bytes: int = 2048 * 2**20
    max_rows: int = 512
    max_frame_bytes: int = 64 * 2**20
    max_connections: int = 256
    max_connections_per_token: int = 32
    max_tuning_sessions: int = 4
    max_tuning_sessions_per_token: int = 2
    max_tuning_bytes: int = 2048 * 2**20
    idle_timeout_s: float = 900.0
    max_lifetime_s: float = 24 * 3600.0
    step_timeout_s: float = 30.0
    tuning_timeout_s: float = 300.0
    send_timeout_s: float = 15.0
    header_timeout_s: float = 10.0
    ping_interval_s: float = 20.0
    ping_timeout_s: float = 20.0
