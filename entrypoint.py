"""The container's door: hands the runner's environment to the action."""

from __future__ import annotations

import sys

from readiness_bot.action import main
from readiness_bot.process import short_lived

if __name__ == "__main__":
    with short_lived():
        status = main()
    sys.exit(status)
