"""Whether the image or the pipeline installs exactly the versions that were tried."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.dependencies import Install

_PINNED_ONLY = 0.5
_NEARLY_ALL = 0.8
"""The share of pinned ones from which on a single open one is an exception, in files that nothing installs too."""
_PIPELINE_ONLY = 0.5

_LOCK = 'version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "flask"\nversion = "3.1.0"\n'
_PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask>=3"]\n'
_FROZEN = 'FROM python:3.12-slim\nCOPY . .\nRUN uv sync --frozen --no-dev\nCMD ["gunicorn", "app.main:app"]\n'
_LOOSE = _FROZEN.replace("uv sync --frozen --no-dev", "pip install .")
_APP = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef root():\n    return 'ok'\n"


@Control(
    id="infrastructure/locked-dependencies",
    title="The image installs locked versions",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="Without a lock every build may install other versions, of the dependencies and of what they bring along.",
    impact="A build that nobody changed breaks, or ships a release of a dependency that nobody has tried.",
    fix="Commit a lock file and install from it: `uv lock`, then `RUN uv sync --frozen --no-dev` in the image.",
    effort=Effort.DAY,
    role=Role.DEVOPS,
    sources=[
        "https://docs.astral.sh/uv/concepts/projects/sync/",
        "https://pip.pypa.io/en/stable/topics/repeatable-installs/",
    ],
    passes=[
        {
            "app/main.py": _APP,
            "requirements/main.txt": (
                "alembic==1.4.0\ncertifi==2019.11.28\nh11==0.9.0\nhttpx==0.11.1\nidna==2.8\nMako==1.1.1\n"
                "MarkupSafe==1.1.1\nrfc3986==1.3.2\n"
            ),
            "Dockerfile": (
                "FROM python:3.13-slim\nCOPY requirements/main.txt ./requirements.txt\n"
                'RUN pip install -r requirements.txt\nCOPY app app\nCMD ["uvicorn", "app.main:app"]\n'
            ),
        },
        {
            "src/api/main.py": _APP,
            "src/api/pyproject.toml": _PROJECT,
            "src/api/uv.lock": _LOCK,
            "src/worker/pyproject.toml": _PROJECT,
            "src/worker/uv.lock": _LOCK,
            "docker/Containerfile.api": _FROZEN.replace("COPY ", "COPY ./src/api/pyproject.toml ./src/api/uv.lock ", 1),
        },
        {
            "app/main.py": _APP,
            "requirements.txt": (
                "alembic==1.4.0\ncertifi==2019.11.28\nh11==0.9.0\nhttpx==0.11.1\nidna==2.8\nMako==1.1.1\n"
                "MarkupSafe==1.1.1\nrfc3986==1.3.2\n"
            ),
            "Dockerfile": _FROZEN.replace("uv sync --frozen --no-dev", "pip install -r requirements.txt"),
        },
        {
            "web/site/main.py": _APP,
            "tools/requirements.txt": "boto3>=1\n",
            "web/site/requirements.txt": (
                "#    pip-compile requirements.in\nclick==8.1.8\n    # via flask\nflask==3.1.0\n"
            ),
            "web/Dockerfile": (
                "FROM python:3.12-slim\nCOPY site/requirements.txt ./\nRUN pip install -r requirements.txt\n"
                'COPY site/ ./\nCMD ["gunicorn", "main:app"]\n'
            ),
        },
        {
            "app/main.py": _APP,
            "requirements.in": "flask\n",
            "requirements.txt": "#    uv pip compile requirements.in\nclick==8.1.8\n    # via flask\nflask==3.1.0\n",
            "Dockerfile": _FROZEN.replace(
                "uv sync --frozen --no-dev", "uv pip sync --python /venv/bin/python requirements.txt"
            ),
        },
        {"app/main.py": _APP, "pyproject.toml": _PROJECT, "uv.lock": _LOCK, "Dockerfile": _FROZEN},
        {
            "app/main.py": _APP,
            "pyproject.toml": _PROJECT,
            "pdm.lock": _LOCK,
            "Dockerfile": _FROZEN.replace("uv sync --frozen --no-dev", "pdm install --prod --no-lock"),
        },
        {
            "app/main.py": _APP,
            "requirements.txt": "#    pip-compile requirements.in\nclick==8.1.8\n    # via flask\nflask==3.1.0\n",
            "Dockerfile": _FROZEN.replace("uv sync --frozen --no-dev", "pip install -r requirements.txt"),
        },
    ],
    fails=[
        {"app/main.py": _APP, "pyproject.toml": _PROJECT, "Dockerfile": _LOOSE},
        {
            "app/main.py": _APP,
            "requirements.txt": "flask>=3\n",
            "Dockerfile": _FROZEN.replace("uv sync --frozen --no-dev", "pip install -r requirements.txt"),
        },
    ],
    fixed={"app/main.py": _APP, "pyproject.toml": _PROJECT, "uv.lock": _LOCK, "Dockerfile": _FROZEN},
    partials=[
        {
            "app/main.py": "import flask\n",
            "REQUIREMENTS.txt": "flask==3.1.0\nrequests==2.32.3\n",
            "Dockerfile": "FROM python:3.13\nCOPY . .\nRUN pip install -r REQUIREMENTS.txt\n",
        },
        {
            "app/main.py": _APP,
            "requirements.txt": "".join(f"part{number}==1.{number}\n" for number in range(12)) + "flask>=3\n",
        },
        {"app/main.py": _APP, "pyproject.toml": _PROJECT, "uv.lock": _LOCK, "Dockerfile": _LOOSE},
        {
            "app/main.py": _APP,
            "pyproject.toml": _PROJECT,
            "uv.lock": _LOCK,
            "Dockerfile": _FROZEN.replace("uv sync --frozen --no-dev", "pip3.13 install ."),
            ".github/workflows/test.yml": "on: pull_request\njobs: {t: {steps: [{run: uv sync}]}}\n",
        },
        {
            "app/main.py": _APP,
            "requirements.txt": "flask==3.1.0\n",
            "Dockerfile": _FROZEN.replace("uv sync --frozen --no-dev", "pip install -r requirements.txt"),
        },
    ],
    ignores=[{"app/main.py": "print('nothing needed')\n"}],
)
def locked_dependencies(repo: Repo) -> Judgement:
    """Judged by what the service's image installs, without an image by what the pipelines install."""
    dependencies = repo.dependencies
    if not dependencies.manifests and not dependencies.locks:
        return not_applicable("There are no dependencies.")
    installs = dependencies.image_installs
    place = "image" if installs else "pipeline"
    installs = installs or dependencies.pipeline_installs
    main = _deciding(installs)
    if main is not None and main.locking == "locked":
        return passed(
            f"The {place} installs locked versions.", seen(main.path, main.line, f"`{main.text}`"), *_origin(main)
        )
    if main is not None and main.locking == "pinned":
        return partial(
            "The direct dependencies are pinned, what they bring along is not.",
            seen(main.path, main.line, f"`{main.text}`"),
            *_origin(main),
            score=_PINNED_ONLY,
        )
    locks = [*dependencies.locks, *dependencies.locked_requirements()]
    lock = min(locks, key=lambda path: (path.count("/"), path), default=None)
    if lock is not None:
        ignoring = f"the {place} installs without it" if main is not None else "nothing is seen to install from it"
        where = [seen(main.path, main.line, f"`{main.text}`")] if main is not None else []
        used = any(install.locking == "locked" for install in dependencies.pipeline_installs)
        score = _PIPELINE_ONLY if used and place == "image" else 0.25
        return partial(f"There is a lock file, but {ignoring}.", seen(lock, 0, "lock file"), *where, score=score)
    return _without_lock(repo)


def _deciding(installs: tuple[Install, ...]) -> Install | None:
    """The install that decides: the loosest of those that install from a manifest, where any does."""
    firm = [install for install in installs if install.source] or list(installs)
    if any(install.locking == "locked" for install in firm):
        return next(install for install in firm if install.locking == "locked")
    return next((install for install in firm if install.locking == "pinned"), firm[0] if firm else None)


def _origin(install: Install) -> tuple[Evidence, ...]:
    return (seen(install.source, 0, "installed from here"),) if install.source else ()


def _without_lock(repo: Repo) -> Judgement:
    site = next((site for site in repo.dependencies.manifests if site.is_main), repo.dependencies.manifests[0])
    asked = site.manifest.dependencies
    loose = next((dependency for dependency in asked if not dependency.pinned), None)
    if asked and sum(dependency.pinned for dependency in asked) >= _NEARLY_ALL * len(asked):
        return partial(
            "The direct dependencies are pinned, what they bring along is not."
            if loose is None
            else f"Nearly all direct dependencies are pinned, not {loose.name}, and not what they bring along.",
            seen(site.path, asked[0].line, "pinned"),
            score=_PINNED_ONLY,
        )
    shown = f", such as {loose.name}{loose.specifier or ' in any version'}" if loose is not None else ""
    evidence = [seen(site.path, loose.line, f"{loose.name}{loose.specifier}")] if loose is not None else []
    return failed(
        f"Nothing locks the versions that are installed{shown}.", *evidence, looked_in=(repo.dependencies.LOOKS,)
    )
