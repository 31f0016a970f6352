"""``python -m emtwin`` is ``emtwin``."""

from __future__ import annotations

from emtwin.cli import main

if __name__ == "__main__":
    main()
