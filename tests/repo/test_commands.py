"""What a command line starts."""

from __future__ import annotations

import pytest

from readiness_bot.repo.commands import parse_text, parse_words


@pytest.mark.parametrize(
    ("text", "kind", "target", "purpose"),
    [
        ("gunicorn 'shop:create_app()' --bind 0.0.0.0:80", "app", "shop:create_app", "serve"),
        ("gunicorn --worker-class gevent shop.wsgi --log-file -", "app", "shop.wsgi", "serve"),
        ("uvicorn app.main:app --host localhost --port 80", "app", "app.main:app", "serve"),
        ("poetry run uvicorn --factory app.main:create", "app", "app.main:create", "serve"),
        ("uv run --no-sync main.py", "script", "main.py", "other"),
        ("uv run python -m app.main", "module", "app.main", "other"),
        ("python -Im shop --config=/x", "module", "shop", "other"),
        ("python -u -W ignore /srv/run.py serve", "script", "/srv/run.py", "serve"),
        ("python -m gunicorn a.wsgi:application -w 4", "app", "a.wsgi:application", "serve"),
        ("python manage.py migrate --noinput", "django", "manage.py", "migrate"),
        ("./manage.py rqworker high", "django", "./manage.py", "work"),
        ("celery -A proj.celery worker -l info", "app", "proj.celery", "work"),
        ("celery --app=proj beat", "app", "proj", "schedule"),
        ("opentelemetry-instrument uvicorn x.y:app", "app", "x.y:app", "serve"),
        ("newrelic-admin run-program gunicorn x:y", "app", "x:y", "serve"),
        ("tini -- shop serve", "program", "shop", "serve"),
        ("dockerize -wait tcp://db:5432 -timeout 30s gunicorn x.y:z", "app", "x.y:z", "serve"),
        ("wait-for-it.sh db:5432 -- python app.py", "script", "app.py", "other"),
        ("uwsgi --module shop.wsgi:app", "app", "shop.wsgi:app", "serve"),
        ("uwsgi --ini uwsgi.ini", "supervisor", "uwsgi.ini", "serve"),
        ("fastapi run --workers 4 app/main.py", "script", "app/main.py", "serve"),
        ("flask db upgrade", "app", "", "migrate"),
        ("alembic upgrade head", "program", "alembic", "migrate"),
        ("arq app.worker.Settings", "app", "app.worker.Settings", "work"),
        ("supervisord -n -c /etc/s.conf", "supervisor", "/etc/s.conf", "other"),
        ("env A=1 nice -n 5 streamlit run app.py", "script", "app.py", "serve"),
        ("env DEBUG=0 /srv/entry.sh web", "script", "/srv/entry.sh", "other"),
    ],
)
def test_tells_target_and_purpose(text: str, kind: str, target: str, purpose: str) -> None:
    (found,) = parse_text(text, 1)
    assert (found.kind, found.target, found.purpose) == (kind, target, purpose)


@pytest.mark.parametrize(
    ("text", "replaces"), [("exec gunicorn a:b", True), ("gunicorn a:b", False), ("exec tini -- gunicorn a:b", True)]
)
def test_only_exec_takes_the_shells_place(text: str, replaces: bool) -> None:
    (found,) = parse_text(text, 1)
    assert found.replaces_shell is replaces


@pytest.mark.parametrize(
    ("words", "replaces"),
    [
        (("gunicorn", "a:b"), [True]),
        (("sh", "-c", "gunicorn a:b"), [True]),
        (("sh", "-c", "alembic upgrade head && gunicorn a:b"), [False, False]),
        (("sh", "-c", "alembic upgrade head && exec gunicorn a:b"), [False, True]),
    ],
)
def test_shell_with_one_command_is_replaced_by_it(words: tuple[str, ...], replaces: list[bool]) -> None:
    assert [one.replaces_shell for one in parse_words(words, 1)] == replaces


@pytest.mark.parametrize(
    "text",
    [
        "gosu app gunicorn a:b",
        "su-exec app:app gunicorn a:b",
        "su app -s /bin/sh -c 'gunicorn a:b'",
        "setpriv --reuid=1 gunicorn a:b",
    ],
)
def test_dropping_root_is_told(text: str) -> None:
    (found,) = parse_text(text, 1)
    assert (found.target, found.drops_root) == ("a:b", True)


@pytest.mark.parametrize(
    "text",
    [
        "uvicorn a:b --reload",
        "watchmedo auto-restart -d . -- gunicorn a:b",
        "python manage.py runserver",
        "python -m debugpy --listen 5678 -m uvicorn a:b",
        "dev_server() {\ngunicorn a:b\n}",
    ],
)
def test_development_modes_are_told(text: str) -> None:
    (found,) = parse_text(text, 1)
    assert found.develops


def test_preparing_commands_start_nothing() -> None:
    assert list(parse_text("set -e\nmkdir -p /data\ncurl -f http://x\npsql -c 'select 1'\n", 1)) == []


def test_callers_arguments_are_the_rest() -> None:
    (found,) = parse_text('exec "$@"', 1)
    assert (found.kind, found.replaces_shell) == ("rest", True)


def test_nesting_without_end_ends() -> None:
    assert list(parse_text("exec " * 500 + "gunicorn a:b", 1)) == []


@pytest.mark.parametrize(
    ("text", "directory"),
    [
        ("gunicorn a:b", ""),
        ("cd backend && gunicorn a:b", "backend"),
        ("cd /srv/shop; cd ./web\nexec gunicorn a:b", "srv/shop/web"),
        ("sh -c 'cd backend && gunicorn a:b'", "backend"),
        ("cd $HOME && gunicorn a:b", ""),
    ],
)
def test_where_a_command_runs_is_told(text: str, directory: str) -> None:
    (found,) = parse_text(text, 1)
    assert (found.target, found.directory) == ("a:b", directory)
