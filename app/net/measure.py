"""Round trips on a data channel, for `backend test`: by WebSocket pings, which open no session."""

from app.net.channel import DataChannel


def round_trips_ms(channel: DataChannel, count: int = 10) -> list[float]:
    """`count` round trips in milliseconds on a connected channel, after one that is left out. Raises ConnectionLost."""
    channel.ping()
    return [channel.ping() * 1000 for _ in range(count)]
