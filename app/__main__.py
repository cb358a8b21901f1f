"""`python -m app` is `nearhalf`."""

import sys

if __name__ == "__main__":
    try:
        from app.main import main

        sys.exit(main())
    except KeyboardInterrupt:  # before main could take it: the person has changed their mind
        sys.exit(130)
