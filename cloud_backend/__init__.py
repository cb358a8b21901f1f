"""The cloud: a backbone served over the wire (DESIGN.md sections 3 to 5). It imports `app.wire` and nothing else of `app`."""
