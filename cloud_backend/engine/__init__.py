"""The backbone engine: decoder layers run in segments between exchanges (DESIGN.md sections 2 and 3).

It knows frames' tensors and exchange plans; it knows no sockets, no sessions' owners and no text.
"""
