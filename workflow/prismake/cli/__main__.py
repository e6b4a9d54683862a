"""``python -m prismake.cli``: the command without its installed script."""

import sys

from prismake.cli import main

sys.exit(main())
