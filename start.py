#!/usr/bin/env python3
"""Sets Nearhalf up where something is missing, then opens it. Only the standard library is needed.

    python3 start.py               open the app (in the terminal where there is no display)
    python3 start.py chat --help   every other word goes to the app as it is
    python3 start.py --portable    keep the data beside the program from now on: on a stick, say (docs/portable.md)
    python3 start.py test          set up and run the tests; further words go to pytest

The steps are in packaging/setup_steps.py. This file keeps to what any old Python can read, so that it can say what
is wrong.
"""

import os
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Nearhalf needs Python 3.11 or newer; this is Python %d.%d.\n"
        "Install a newer one (from your system's packages or python.org) and start with it, for example:\n"
        "    python3.11 start.py" % tuple(sys.version_info[:2])
    )

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "packaging"))

if __name__ == "__main__":
    from setup_steps import main

    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__.strip())
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
