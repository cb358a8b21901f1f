"""Split training on the cloud: the frozen backbone, forwards and backwards (DESIGN.md section 2)."""
