"""What a command line starts: which application, module or script, by which server; knows no file of any tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from readiness_bot.facts.shell import ShellCommand, shell_commands

TargetKind = Literal["app", "module", "script", "django", "program", "supervisor", "process-file", "task", "rest"]
Purpose = Literal["serve", "work", "schedule", "migrate", "other"]

MAX_NESTING = 12
"""Wrappers within wrappers followed: an init, a shell, a user switch, a runner and a tracer make five."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """One command without its wrappers.

    `kind` tells what `target` is: `app` an import string (`pkg.mod:name`, or a module that holds the application),
    `module` a module that is run, `script` a path, `django` the path of a manage.py (empty for `django-admin`),
    `program` a console script or foreign program, `supervisor` a configuration of processes, `process-file` a
    Procfile, `task` names of targets for `make`, `rest` the caller's own arguments (`"$@"`). `server` is the program
    that serves or works for it; `arguments` are what follows the target or, for a server, all of its words.
    `replaces_shell` says that no shell stays between the process and its signals; `drops_root` that it is started as
    another user; `develops` that it is a development mode (reloading, debugger). `agents` are the wrappers that observe
    it (`newrelic-admin`).
    `directory` is where the commands before it have gone (`cd backend && …`), empty where they stay.
    """

    kind: TargetKind
    target: str
    purpose: Purpose
    server: str = ""
    arguments: tuple[str, ...] = ()
    line: int = 0
    block: str = ""
    replaces_shell: bool = True
    drops_root: bool = False
    develops: bool = False
    factory: bool = False
    agents: tuple[str, ...] = ()
    directory: str = ""


@dataclass(frozen=True, slots=True)
class _State:
    line: int
    block: str = ""
    replaces_shell: bool = True
    drops_root: bool = False
    develops: bool = False
    depth: int = 0
    agents: tuple[str, ...] = ()
    directory: str = ""


def parse_words(words: Sequence[str], line: int, *, replaces_shell: bool = True) -> Iterator[Parsed]:
    """What the words of an exec form start."""
    yield from _parse(tuple(words), _State(line, replaces_shell=replaces_shell))


def parse_text(text: str, line: int) -> Iterator[Parsed]:
    """What a shell text starts."""
    yield from parse_commands(shell_commands(text, line))


def parse_commands(commands: Sequence[ShellCommand], state: _State | None = None) -> Iterator[Parsed]:
    """What the commands of a script start, in order; development branches (functions named so) are marked."""
    directory = ""
    for command in commands:
        given = state or _State(command.line)
        develops = given.develops or bool(_DEVELOPMENT_BLOCK.search(command.block))
        directory = _gone_to(command.words, directory)
        yield from _parse(
            command.words,
            replace(
                given,
                line=command.line,
                block=command.block,
                develops=develops,
                replaces_shell=False,
                directory=directory,
            ),
        )


def _gone_to(words: Sequence[str], directory: str) -> str:
    """Where the next command runs after one that may be a `cd`; a folder that only the shell knows is passed over."""
    if len(words) != 2 or words[0] != "cd" or "$" in words[1]:
        return directory
    folder = words[1].removeprefix("./").rstrip("/")
    return folder.lstrip("/") if words[1].startswith("/") or not directory else f"{directory}/{folder}"


_DEVELOPMENT_BLOCK = re.compile(
    r"(^|[/_|.-])(dev|develop|development|debug|debugger|local|tests?|watch|reload)($|[/_|.-])", re.IGNORECASE
)
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh", "busybox"})
_PYTHON = re.compile(r"(python|pypy)[0-9.]*$")
_IMPORT = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_][\w.]*(\(.*\))?$", re.DOTALL)
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")

_DROPPING = frozenset({"gosu", "su-exec", "s6-setuidgid", "setuidgid", "setpriv", "runuser", "chpst", "su", "setuser"})
_PREFIXES: dict[str, int] = {
    # How many words that are no options belong to the wrapper itself.
    "exec": 0, "command": 0, "builtin": 0, "nohup": 0, "time": 0, "nice": 0, "ionice": 0, "stdbuf": 0, "setsid": 0,
    "sudo": 0, "doas": 0, "env": 0, "tini": 0, "dumb-init": 0, "catatonit": 0, "my_init": 0, "with-contenv": 0,
    "gosu": 1, "su-exec": 1, "s6-setuidgid": 1, "setuidgid": 1, "setuser": 1, "chpst": 0, "setpriv": 0, "chroot": 1,
    "runuser": 0, "timeout": 1, "flock": 1, "ddtrace-run": 0, "opentelemetry-instrument": 0, "xvfb-run": 0,
    "dockerize": 0, "wait-for-it": 1, "wait-for-it.sh": 1, "wait-for": 1, "wait-for.sh": 1, "wait_for_it.sh": 1,
    "envdir": 1, "chamber": 2, "monofy": 0, "s6-envdir": 1, "s6-notifyoncheck": 0, "unbuffer": 0, "taskset": 1,
    "s6-setlock": 1,
}  # fmt: skip
_RUNNERS = frozenset(
    {
        "poetry",
        "pipenv",
        "uv",
        "pdm",
        "hatch",
        "rye",
        "pixi",
        "conda",
        "mamba",
        "micromamba",
        "doppler",
        "dotenv",
        "infisical",
        "newrelic-admin",
        "op",
    }
)
_AGENTS = frozenset({"newrelic-admin", "ddtrace-run", "opentelemetry-instrument"})
_RELOADERS = frozenset(
    {"watchmedo", "watchfiles", "nodemon", "watchexec", "entr", "reflex", "hupper", "debugpy", "air"}
)
_VALUED = frozenset(
    {
        "-n", "-u", "-g", "-c", "--user", "--group", "--uid", "--gid", "--reuid", "--regid", "-wait", "-timeout", "-t",
        "--timeout", "--directory", "--project", "--package", "--extra", "--with", "-p", "--python", "--env-file", "-f",
        "--name", "-C", "--chdir", "--config", "-s", "--shell", "--pattern", "--filter", "--listen", "-e",
        "--env", "-o", "--output", "--service_name", "--traces_exporter", "--metrics_exporter", "--logs_exporter",
        "--exporter_otlp_endpoint", "-k", "--kill-after", "--signal", "--index", "--only-group", "--prefix",
    }
)  # fmt: skip


def _parse(words: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    if not words or state.depth > MAX_NESTING:
        return
    deeper = replace(state, depth=state.depth + 1)
    program = _basename(words[0])
    if program in _AGENTS:
        deeper = replace(deeper, agents=(*state.agents, program))
    if any(word in _SEPARATORS for word in words[1:]):
        directory = state.directory
        for part in _split(words):
            directory = _gone_to(part, directory)
            yield from _parse(part, replace(deeper, directory=directory))
    elif program in _SHELLS:
        yield from _of_shell(words, deeper)
    elif program in _DROPPING or (program in ("sudo", "doas") and _names_user(words)):
        yield from _of_dropping(program, words, deeper)
    elif program in _RELOADERS:
        yield from _of_reloader(words, replace(deeper, develops=True))
    elif program in _RUNNERS:
        yield from _of_runner(words, deeper)
    elif program in _PREFIXES:
        replaces = state.replaces_shell or program == "exec"
        yield from _parse(_after_options(words[1:], _PREFIXES[program]), replace(deeper, replaces_shell=replaces))
    else:
        yield from _started(program, words, state)


_SEPARATORS = frozenset({"&&", "||", ";", "|||"})


def _split(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    part: list[str] = []
    for word in words:
        if word in _SEPARATORS:
            yield tuple(part)
            part = []
        else:
            part.append(word)
    yield tuple(part)


def _basename(word: str) -> str:
    return word.rpartition("/")[2]


def _after_options(words: tuple[str, ...], own: int) -> tuple[str, ...]:
    """The words after a wrapper's options and its `own` words, or after `--` where that ends them."""
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            at += 1
            if own == 0:
                break
            continue
        if word.startswith("-") and len(word) > 1:
            at += 2 if word in _VALUED or re.fullmatch(r"-[EHniS]+u", word) else 1
        elif re.match(r"[A-Za-z_]\w*=", word):
            at += 1
        elif own > 0:
            own -= 1
            at += 1
        else:
            break
    rest = words[at:]
    return rest[1:] if rest[:1] == ("--",) else rest


def _of_shell(words: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    for at, word in enumerate(words[1:], 1):
        if re.fullmatch(r"-[a-z]*c", word):
            text = words[at + 1] if at + 1 < len(words) else ""
            commands = shell_commands(text, state.line)
            # A shell that is given one simple command replaces itself by it.
            alone = len(commands) == 1 and not commands[0].background
            directory = state.directory
            for command in commands:
                replaces = state.replaces_shell and (alone or command.words[0] == "exec")
                directory = _gone_to(command.words, directory)
                yield from _parse(command.words, replace(state, replaces_shell=replaces, directory=directory))
            return
        if not word.startswith("-") and word not in ("pipefail", "errexit", "nounset"):
            yield _script(word, words[at + 1 :], state)
            return


def _names_user(words: tuple[str, ...]) -> bool:
    """Whether `sudo` is told another user than root: `-u app`, `-EHu app`, `--user=app`."""
    for at, word in enumerate(words[1:-1], 1):
        if not word.startswith("-"):
            return False
        if word.startswith("--user="):
            return word.partition("=")[2] not in ("root", "0")
        if word == "--user" or re.fullmatch(r"-[A-Za-z]*u", word):
            return words[at + 1] not in ("root", "0")
    return False


def _of_dropping(program: str, words: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    dropping = replace(state, drops_root=True)
    if program in ("su", "runuser"):
        for flag in ("-c", "--command"):
            if flag in words[:-1]:
                for command in shell_commands(words[words.index(flag) + 1], state.line):
                    yield from _parse(command.words, dropping)
                return
        # `su user command …` and `runuser -u user -- command …`
        yield from _parse(_after_options(words[1:], 1 if program == "su" else 0), dropping)
        return
    yield from _parse(_after_options(words[1:], _PREFIXES[program]), dropping)


def _of_reloader(words: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    if "--" in words:
        yield from _parse(words[words.index("--") + 1 :], state)
        return
    rest = _after_options(words[1:], 1 if words[0].endswith("watchmedo") else 0)
    if rest and " " in rest[0]:
        yield from parse_commands(shell_commands(rest[0], state.line), state)
    elif rest:
        yield from _parse(rest, state)


def _of_runner(words: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    if words[0].endswith("newrelic-admin"):
        rest = _after_options(words[2:], 0)
        yield from _parse(("python", *rest) if "run-python" in words else rest, state)
        return
    if "run" not in words:
        if "start" in words:
            yield Parsed("program", words[0], "other", arguments=words[1:], line=state.line, block=state.block)
        return
    rest = words[words.index("run") + 1 :]
    module = rest.index("-m") if "-m" in rest else -1
    if words[0].endswith("uv") and module >= 0 and not any(map(_PYTHON.match, rest[:module])):
        yield from _started("python", ("python", *rest[module:]), state)
        return
    yield from _parse(_after_options(rest, 0), state)


def _script(word: str, arguments: Sequence[str], state: _State) -> Parsed:
    return _parsed("script", word, "other", state, arguments=tuple(arguments))


def _parsed(
    kind: TargetKind,
    target: str,
    purpose: Purpose,
    state: _State,
    *,
    server: str = "",
    arguments: tuple[str, ...] = (),
    develops: bool = False,
    factory: bool = False,
) -> Parsed:
    return Parsed(
        kind,
        target,
        purpose,
        server,
        arguments,
        state.line,
        state.block,
        state.replaces_shell,
        state.drops_root,
        state.develops or develops,
        factory,
        state.agents,
        state.directory,
    )


def _started(program: str, words: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    arguments = words[1:]
    if _PYTHON.match(program):
        yield from _of_python(arguments, state)
        return
    if program.startswith(("$@", "$*", "${@", "${*")):
        yield _parsed("rest", "", "other", state)
        return
    if program.startswith("$"):
        if state.drops_root:
            yield _parsed("rest", "", "other", state)
        elif arguments and (_PYTHON.match(behind := _basename(arguments[0])) or behind in _PROGRAMS):
            # A variable in front of a program holds a wrapper, or nothing.
            yield from _parse(arguments, replace(state, depth=state.depth + 1))
        return
    if program.endswith("manage.py") or program in ("django-admin", "django-admin.py"):
        yield _django(words[0] if program.endswith(".py") and "admin" not in program else "", arguments, state)
        return
    # Distributions name some by the version of Python: `gunicorn-3`, `celery3`.
    plain = re.sub(r"-?3(\.\d+)?$", "", program)
    reader = _PROGRAMS.get(program) or _PROGRAMS.get(plain)
    if reader is not None:
        yield from reader(program if program in _PROGRAMS else plain, arguments, state)
        return
    if program.endswith((".py", ".sh", ".bash", ".wsgi")) or "/" in words[0] or words[0].startswith("./"):
        if "$" not in words[0] or program.endswith((".py", ".sh")):
            yield _script(words[0], arguments, state)
        return
    if program in _BUILTIN or not re.fullmatch(r"[A-Za-z_][\w.-]*", program):
        return
    yield _parsed("program", program, _purpose_of_words(arguments), state, arguments=arguments)


_BUILTIN_WORDS = """
: . [ [[ test echo printf cd set unset export local declare typeset readonly source eval exit return shift trap true
false read let ulimit umask wait kill sleep mkdir mv cp rm ln ls cat chmod chown chgrp touch find grep egrep sed awk
cut tr head tail sort uniq wc tee date id whoami hostname usermod useradd groupadd groupmod adduser addgroup userdel
getent basename dirname curl wget nc ncat netstat pg_isready mysqladmin apt apt-get apk yum dnf pip pip3 npm yarn git
tar gzip gunzip unzip openssl jq envsubst ldconfig update-ca-certificates pushd popd alias type which hash pwd break
continue expr seq mktemp stat df du ps pgrep pkill killall mount install diff cmp base64 md5sum sha256sum locale-gen
dpkg rsync ssh scp logger bc shopt getopts done function if fi then else case esac while for do in ! uname arch nproc
free getfacl setfacl realpath readlink paste tput clear stty chsh sysctl iptables ip ping dig nslookup host yes
crontab cron crond s6-svc psql mysql mariadb mysqladmin mariadb-admin mongosh redis-cli sqlite3 apt-cache docker
docker-compose podman kubectl helm aws gcloud az terraform tox pytest logrotate supervisorctl systemctl service
brew sw_vers pre-commit ruff mypy black
"""
"""Words that prepare a start and are none."""

_BUILTIN = frozenset(_BUILTIN_WORDS.split())
_MIGRATING = re.compile(
    r"(^|[-_:. ])(migrate|migrations?|upgrade|initdb|init[-_]db|init_?database|create_tables|apply)($|[-_:. ])",
    re.IGNORECASE,
)
_WORKING = re.compile(
    r"(^|[-_:. ])(workers?|consum(e|er)s?|qcluster|rqworker|process_tasks|runworker|run_huey|jobs?)($|[-_:. ])",
    re.IGNORECASE,
)
_SCHEDULING = re.compile(r"(^|[-_:. ])(beat|scheduler|cron|crontab|rqscheduler)($|[-_:. ])", re.IGNORECASE)
_SERVING = re.compile(
    r"(^|[-_:. ])(serve|server|runserver|run_?server|web|webserver|start|run|api|app|http|listen|daphne|up)($|[-_:. ])",
    re.IGNORECASE,
)


def _purpose_of_words(words: Sequence[str]) -> Purpose:
    plain = " ".join(word for word in words if not word.startswith("-"))[:400]
    rules: tuple[tuple[re.Pattern[str], Purpose], ...] = (
        (_MIGRATING, "migrate"),
        (_SCHEDULING, "schedule"),
        (_WORKING, "work"),
        (_SERVING, "serve"),
    )
    return next((purpose for pattern, purpose in rules if pattern.search(plain)), "other")


def _of_python(arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    at = 0
    while at < len(arguments):
        word = arguments[at]
        if re.fullmatch(r"-[A-Za-z]*m", word) and at + 1 < len(arguments):
            yield from _of_module(arguments[at + 1], arguments[at + 2 :], state)
            return
        if re.fullmatch(r"-[A-Za-z]*c", word):
            return
        if word in ("-W", "-X"):
            at += 2
        elif word.startswith("-"):
            at += 1
        else:
            break
    if at >= len(arguments):
        return
    script, rest = arguments[at], arguments[at + 1 :]
    if _basename(script) == "manage.py":
        yield _django(script, rest, state)
    elif _basename(script) in _PROGRAMS:
        yield from _started(_basename(script), arguments[at:], state)
    else:
        yield _parsed("script", script, _purpose_of_words(rest), state, arguments=rest)


def _of_module(module: str, rest: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    if module in (
        "memray",
        "scalene",
        "coverage",
        "debugpy",
        "cProfile",
        "viztracer",
        "pyinstrument",
        "pdb",
        "ddtrace",
        "trace",
    ):
        wrapped = (
            _after_options(rest, 1 if module in ("memray", "coverage") else 0)
            if "-m" not in rest
            else rest[rest.index("-m") :]
        )
        develops = module in ("debugpy", "pdb") or state.develops
        yield from _of_python(wrapped, replace(state, develops=develops, depth=state.depth + 1))
        return
    if module == "django":
        yield _django("", rest, state)
        return
    if module == "aiohttp.web":
        target = next((word for word in rest if _IMPORT.match(word)), "")
        yield _parsed("app", target, "serve", state, server="aiohttp", arguments=rest)
        return
    program = module.replace("_", "-") if module.replace("_", "-") in _PROGRAMS else module.partition(".")[0]
    if program in _PROGRAMS and module in (program, program.replace("-", "_"), f"{program}.__main__"):
        yield from _PROGRAMS[program](program, rest, state)
        return
    yield _parsed("module", module, _purpose_of_words(rest or (module.rpartition(".")[2],)), state, arguments=rest)


def _django(path: str, arguments: tuple[str, ...], state: _State) -> Parsed:
    command = next((word for word in arguments if not word.startswith("-")), "")
    purpose: Purpose
    if command == "migrate" or _MIGRATING.search(command):
        purpose = "migrate"
    elif command.startswith(("runserver", "rundaphne", "run_gunicorn", "rungunicorn", "runuvicorn")):
        purpose = "serve"
    else:
        purpose = _purpose_of_words((command, *arguments[1:2]))
        purpose = "other" if purpose == "serve" else purpose
    develops = command.startswith("runserver") or "--reload" in arguments
    return _parsed("django", path, purpose, state, server="django", arguments=arguments, develops=develops)


def _option(arguments: Sequence[str], *names: str) -> str:
    """The value of the first of these options that is given, as `--name value`, `--name=value` or `-nvalue`."""
    for at, word in enumerate(arguments):
        for name in names:
            if word == name and at + 1 < len(arguments):
                return arguments[at + 1]
            if word.startswith(f"{name}="):
                return word[len(name) + 1 :]
            if len(name) == 2 and word.startswith(name) and len(word) > 2 and not word.startswith("--"):
                return word[2:]
    return ""


def _of_server(program: str, arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    target = next((word for word in arguments if _IMPORT.match(word)), "")
    if not target:
        target = next(
            (
                word
                for at, word in enumerate(arguments)
                if _MODULE.match(word)
                and not (at and arguments[at - 1].startswith("-") and "=" not in arguments[at - 1])
            ),
            "",
        )
    if not target and arguments and _MODULE.match(arguments[-1]):
        target = arguments[-1]
    name, _, attribute = target.partition(":")
    factory = "--factory" in arguments or "--call" in arguments or attribute.endswith(")")
    develops = any(word in ("--reload", "--debug", "--dev") for word in arguments)
    yield _parsed(
        "app",
        f"{name}:{attribute.partition('(')[0]}" if attribute else name,
        "serve",
        state,
        server=program,
        arguments=arguments,
        develops=develops,
        factory=factory,
    )


def _of_uwsgi(program: str, arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    module = _option(arguments, "--module", "-w", "--wsgi")
    if module:
        yield _parsed(
            "app", module.partition("(")[0], "serve", state, server=program, arguments=arguments, factory="(" in module
        )
        return
    script = _option(arguments, "--wsgi-file", "--file")
    if script:
        yield _parsed("script", script, "serve", state, server=program, arguments=arguments)
        return
    ini = _option(arguments, "--ini", "--yaml", "--xml") or next(
        (word for word in arguments if word.endswith((".ini", ".yaml", ".xml"))), ""
    )
    yield _parsed("supervisor", ini, "serve", state, server=program, arguments=arguments)


def _of_fastapi(program: str, arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    command = next((word for word in arguments if word in ("run", "dev")), "")
    if not command:
        return
    rest = arguments[arguments.index(command) + 1 :]
    entry = _option(rest, "-e", "--entrypoint")
    path = next((word for word in rest if word.endswith(".py") or (word.startswith((".", "/")) and len(word) > 1)), "")
    develops = command == "dev" or "--reload" in rest
    if path and not entry:
        yield _parsed("script", path, "serve", state, server=program, arguments=arguments, develops=develops)
    else:
        yield _parsed("app", entry, "serve", state, server=program, arguments=arguments, develops=develops)


def _of_flask(program: str, arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    app = _option(arguments, "--app", "-A").partition("(")[0]
    words = [word for word in arguments if not word.startswith("-") and word != app]
    if words[:1] == ["run"]:
        develops = program == "flask" or "--debug" in arguments or "--reload" in arguments
        yield _parsed("app", app, "serve", state, server=program, arguments=arguments, develops=develops)
    elif words[:1] == ["db"]:
        yield _parsed(
            "app", app, "migrate" if "upgrade" in words else "other", state, server=program, arguments=arguments
        )
    elif words:
        purpose = _purpose_of_words(words)
        yield _parsed("app", app, purpose, state, server=program, arguments=arguments)


def _of_celery(program: str, arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    app = _option(arguments, "-A", "--app")
    words = set(arguments)
    if not words & {"worker", "beat", "multi", "flower", "events"}:
        return
    purpose: Purpose = "schedule" if "beat" in words and "worker" not in words else "work"
    purpose = "other" if words & {"flower", "events"} else purpose
    yield _parsed("app", app, purpose, state, server=program, arguments=arguments)


def _of_worker(program: str, arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    """Workers that name their module or object: dramatiq, arq, huey, taskiq, saq, faust, procrastinate, nameko, rq."""
    if program in ("rq", "procrastinate", "faust", "taskiq", "nameko", "faststream") and not any(
        word in ("worker", "worker-pool", "run", "scheduler") for word in arguments
    ):
        return
    app = _option(arguments, "-A", "--app")
    target = app or next((word for word in arguments if _IMPORT.match(word) or _MODULE.match(word)), "")
    develops = "--watch" in arguments or "--reload" in arguments
    purpose: Purpose = "schedule" if "scheduler" in arguments or "scheduler" in program else "work"
    yield _parsed("app", target, purpose, state, server=program, arguments=arguments, develops=develops)


def _of_migrator(program: str, arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    if _MIGRATING.search(" ".join(arguments)) or program in ("yoyo", "dbmate", "flyway"):
        yield _parsed("program", program, "migrate", state, server=program, arguments=arguments)


def _of_supervisor(program: str, arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    target = _option(arguments, "-c", "--configuration", "--paths")
    yield _parsed("supervisor", target, "other", state, server=program, arguments=arguments)


def _of_process_file(program: str, arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    if "start" in arguments or program == "hivemind":
        target = _option(arguments, "-f", "--procfile") or "Procfile"
        yield _parsed("process-file", target, "other", state, server=program, arguments=arguments)


_SUBCOMMANDED = frozenset({"litestar", "connexion", "streamlit", "gradio", "chainlit", "adev"})


def _of_application_runner(program: str, arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    """Programs that take a path or import string after a word: `streamlit run app.py`, `litestar --app x run`."""
    if program in _SUBCOMMANDED and not {"run", "runserver"} & set(arguments):
        return
    app = _option(arguments, "--app", "--source", "--target")
    target = app or next((word for word in arguments if _IMPORT.match(word) or word.endswith((".py", ".wsgi"))), "")
    develops = any(word in ("--reload", "--debug", "--dev") for word in arguments) or program == "adev"
    kind: TargetKind = "script" if target.endswith((".py", ".wsgi")) else "app"
    yield _parsed(kind, target, "serve", state, server=program, arguments=arguments, develops=develops)


def _of_make(program: str, arguments: tuple[str, ...], state: _State) -> Iterator[Parsed]:
    """The targets that `make` is asked for, without its options and the variables it is told."""
    targets = tuple(word for word in arguments if not word.startswith("-") and "=" not in word)
    yield _parsed("task", program, "other", state, arguments=targets)


_Reader = Callable[[str, tuple[str, ...], _State], Iterator[Parsed]]
_READERS: tuple[tuple[_Reader, str], ...] = (
    (_of_server, "gunicorn uvicorn hypercorn daphne granian waitress-serve sanic robyn"),
    (_of_uwsgi, "uwsgi pyuwsgi"),
    (_of_fastapi, "fastapi"),
    (_of_flask, "flask quart"),
    (_of_celery, "celery"),
    (
        _of_worker,
        "rq rqworker rqscheduler dramatiq dramatiq-gevent arq huey_consumer huey_consumer.py taskiq saq faust",
    ),
    (_of_worker, "procrastinate nameko faststream"),
    (_of_migrator, "alembic aerich yoyo dbmate flyway prisma piccolo"),
    (_of_supervisor, "supervisord circusd s6-svscan"),
    (_of_make, "make gmake"),
    (_of_process_file, "honcho foreman forego hivemind"),
    (_of_application_runner, "litestar connexion streamlit gradio chainlit adev mod_wsgi-express functions-framework"),
    (_of_application_runner, "pserve chaussette"),
)
_PROGRAMS = {program: reader for reader, programs in _READERS for program in programs.split()}

_DRAINING_PROGRAMS = """
gunicorn uvicorn hypercorn granian fastapi litestar uwsgi pyuwsgi waitress-serve daphne sanic celery rq dramatiq
"""
DRAINING = frozenset(_DRAINING_PROGRAMS.split())
"""Servers and workers that finish what they began when they are told to stop, unless a shell keeps it from them."""
