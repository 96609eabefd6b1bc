"""One run inside a GitHub workflow: from the event to comment, check, summary, outputs and exit code.

The outside world is passed in as ports. Whatever publishing fails, the verdict and the exit code stay the same.
"""

from __future__ import annotations

from readiness_bot.action.run import main

__all__ = ["main"]
