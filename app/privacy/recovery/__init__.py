"""What an operator who records could rebuild, measured: attacks on exactly the recorded frames, with public weights.

recording: the kept frames of a reply, decoded · weights: the public model as numpy sees it · attack: what an attack
is, the registry, `run_all` · attacks/: one file each · comparison: rebuilt beside real · limit: what blocks sending.
No torch, no Qt, no network, and nothing is written anywhere (docs/recovery.md; DESIGN.md section 6).
"""
