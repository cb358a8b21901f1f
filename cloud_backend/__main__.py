"""`python -m cloud_backend`."""

import sys

from cloud_backend.main import main

sys.exit(main())
