"""The data channel's protocol, without I/O: stdlib only, used by the device and by the cloud (docs/wire-protocol.md)."""
