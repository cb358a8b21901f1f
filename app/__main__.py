"""`python -m app` is `nearhalf`."""

import sys

from app.main import main

sys.exit(main())
