"""Which session's work runs next. Knows no torch, no sockets, no frames beyond app.wire (DESIGN.md section 3)."""
