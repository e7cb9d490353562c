"""``python -m routebook.cli``, where the command is not on the PATH."""

import sys

from routebook.cli import main

if __name__ == "__main__":
    sys.exit(main())
