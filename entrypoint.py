"""The container's door: hands the runner's environment to the action."""

from __future__ import annotations

import sys

from readiness_bot.action import main

if __name__ == "__main__":
    sys.exit(main())
