"""Shell scripts as commands: quotes, blocks, here-documents, and that hostile texts end in time."""

from __future__ import annotations

import pytest

from readiness_bot.facts.shell import EXTRACTOR, MAX_COMMANDS, ShellScript, shell_commands


def _words(text: str) -> list[tuple[str, ...]]:
    return [command.words for command in shell_commands(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "exec gunicorn 'app:create()' --bind \"$HOST:80\"",
            [("exec", "gunicorn", "app:create()", "--bind", "$HOST:80")],
        ),
        ('A=1 B="x y" run it', [("run", "it")]),
        ("one && two || three; four | five", [("one",), ("two",), ("three",), ("four",), ("five",)]),
        ("run > out.log 2>&1 < in", [("run",)]),
        ("if [ -f x ]; then go; fi", [("[", "-f", "x", "]"), ("go",)]),
        ("while ! ping; do sleep 1; done", [("ping",), ("sleep", "1")]),
        ("run \\\n  --flag # why\nnext", [("run", "--flag"), ("next",)]),
        ("x=(a b\n c)\nrun", [("run",)]),
        ('notify="${CRON:-"0 22 * * *"}"\nrun', [("run",)]),
        (
            "[[ -n $A && ( $B == 1 || $C ) ]] && run",
            [("[[", "-n", "$A", "&&", "(", "$B", "==", "1", "||", "$C", ")", "]]"), ("run",)],
        ),
        ("(( n > 1 )) && run", [("run",)]),
        ("cat <<EOF > f\nnot a command\nEOF\nrun", [("cat",), ("run",)]),
        ("echo $(date; ls) done", [("echo", "$(date; ls)", "done")]),
        ("run &\nwait", [("run",), ("wait",)]),
        ('RUN="poetry run"\nTEST="$RUN pytest"\n$TEST tests\n', [("poetry", "run", "pytest", "tests")]),
        ('SUDO=""\n$SUDO make it\n${OTHER} it', [("make", "it"), ("${OTHER}", "it")]),
        ('export RUN="uv run"\n${RUN} it', [("export", "RUN=uv run"), ("uv", "run", "it")]),
        ('A="a && b"\n$A c\nB="$B d"\n$B e', [("$A", "c"), ("$B", "d", "e")]),
    ],
)
def test_tells_one_command_from_the_next(text: str, words: list[tuple[str, ...]]) -> None:
    assert _words(text) == words


def test_lines_and_blocks_of_functions_and_cases() -> None:
    text = (
        "server() {\n  exec run \\\n    it\n}\n"
        'case "$1" in\n  dev|debug)\n    go\n    ;;\n  *)\n    exec "$@"\n    ;;\nesac\nlast\n'
    )
    commands = [(one.words, one.line, one.end_line, one.block) for one in shell_commands(text)]
    assert commands == [
        (("exec", "run", "it"), 2, 3, "server"),
        (("go",), 7, 7, "dev|debug"),
        (("exec", "$@"), 10, 10, "*"),
        (("last",), 13, 13, ""),
    ]


def test_background_is_told() -> None:
    assert [one.background for one in shell_commands("a &\nb\n")] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "$(" * 50_000,
        "'" * 50_001,
        "<<A " * 30_000,
        "case x in " * 20_000,
        "{ " * 50_000,
        "a(\n" * 30_000,
        "((" * 50_000,
    ],
)
def test_hostile_texts_end_in_time(text: str) -> None:
    assert len(shell_commands(text)) <= MAX_COMMANDS


def test_script_of_python_tells_what_it_imports_and_says() -> None:
    text = b"#!/usr/bin/env python2\nimport os, shop.app as a\n"
    text += b"from shop.tools import (rates,\n    stocks as st)\nprint a.serve()\n"
    script = EXTRACTOR.extract(text)
    assert isinstance(script, ShellScript)
    assert script.imports == ("os", "shop.app", "shop.tools", "shop.tools.rates", "shop.tools.stocks")
    assert {"serve", "rates", "stocks"} <= set(script.words)
    assert script.commands == ()


def test_script_of_another_interpreter_has_no_commands() -> None:
    assert EXTRACTOR.extract(b"#!/usr/bin/ruby\nputs 1\n") == ShellScript("/usr/bin/ruby", ())
    assert EXTRACTOR.extract(b"\x7fELF\0") == ShellScript("", ())


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        ("entrypoint.sh", True),
        ("docker/docker-entrypoint", True),
        ("bin/start", True),
        ("rootfs/etc/s6-overlay/s6-rc.d/web/run", True),
        ("runtests", True),
        ("app/start.py", False),
        ("README.md", False),
    ],
)
def test_claims_scripts(path: str, claimed: bool) -> None:
    assert EXTRACTOR.claims(path) is claimed


def test_a_command_that_is_kept_and_then_evaluated_is_the_one_that_runs() -> None:
    text = 'COMMAND="python3 manage.py migrate"\necho "Applying ($COMMAND)"\neval $COMMAND || exit 1\neval "$OTHER"\n'
    commands = shell_commands(text)
    assert [(command.words, command.line) for command in commands if command.words[0] != "echo"] == [
        (("python3", "manage.py", "migrate"), 3),
        (("exit", "1"), 3),
        (("eval", "$OTHER"), 4),
    ]


def test_what_a_function_hands_on_is_what_runs() -> None:
    text = (
        'dc() {\n  docker compose --ansi never "$@"\n}\n'
        'as_user() {\n  who="$1"\n  shift\n  if [ "$1" = exec ]; then\n    shift\n    exec gosu "$who" "$@"\n  fi\n}\n'
        'loud() { echo "$@"; "$@"; }\n'
        'later() { dc run --rm "${@:2}"; }\n'
        "dc up -d\nas_user app exec gunicorn shop.wsgi\nloud alembic upgrade head\nlater now web ./check.sh\n"
    )
    assert [command.words for command in shell_commands(text) if not command.block] == [
        ("docker", "compose", "--ansi", "never", "up", "-d"),
        ("exec", "gosu", "$who", "exec", "gunicorn", "shop.wsgi"),
        ("alembic", "upgrade", "head"),
        ("docker", "compose", "--ansi", "never", "run", "--rm", "web", "./check.sh"),
    ]


def test_a_function_that_only_tells_what_it_is_told_runs_nothing_of_it() -> None:
    text = (
        'log() { echo "$@"; }\nagain() { again "$@"; }\nplain() { date; }\nlog starting gunicorn\nagain now\nplain x\n'
    )
    commands = [command.words for command in shell_commands(text) if not command.block]
    assert commands == [("log", "starting", "gunicorn"), ("again", "now"), ("plain", "x")]
