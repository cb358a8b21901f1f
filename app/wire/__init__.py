"""The data channel's protocol, without I/O: stdlib only, used by device and cloud alike (docs/wire-protocol.md)."""
