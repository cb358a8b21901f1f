"""The cloud: a backbone served over the wire (DESIGN.md sections 3 to 5). Of `app` it imports `app.wire` only."""
