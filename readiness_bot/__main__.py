"""The command's door: answers what needs no preparation, and opens the command line for the rest."""

from __future__ import annotations

import sys

from readiness_bot import __version__


def main() -> int:
    """Run the command line with the process's arguments; gives its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Everything below this line costs more than starting Python does.
        sys.stdout.write(f"readiness-bot {__version__}\n")
        return 0
    from readiness_bot import cli  # noqa: PLC0415
    from readiness_bot.process import short_lived  # noqa: PLC0415

    with short_lived():
        return cli.main()


if __name__ == "__main__":
    sys.exit(main())
