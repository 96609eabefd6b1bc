"""Scripts that lie beside a service, and those that only look so."""

from __future__ import annotations

import pytest

from readiness_bot.control import controls, judge
from readiness_bot.model import Confidence, Status
from tests.repos import repo_of

_SCRIPT = "import requests\nrequests.get('https://a.example')\n"
_USED = "import requests\n\n\ndef authors():\n    return requests.get('https://a.example')\n"
_SERVICE = {"shop/__init__.py": "", "shop/app.py": "from flask import Flask\napp = Flask(__name__)\n"}


@pytest.mark.parametrize(
    ("files", "loose"),
    [
        ({**_SERVICE, "extras/authors.py": _SCRIPT}, True),
        ({"extras/authors.py": _SCRIPT}, False),
        ({**_SERVICE, "extras/authors.py": "from shop.app import app\napp.run()\n"}, False),
        ({**_SERVICE, "extras/authors.py": "import pika\npika.BlockingConnection()\n"}, False),
        ({**_SERVICE, "extras/authors.py": "import requests\ndef handler(event, context):\n    pass\n"}, False),
        ({**_SERVICE, "extras/authors.py": "URL = 'https://a.example'\n"}, False),
        ({**_SERVICE, "extras/authors.py": _SCRIPT, "extras/requirements.txt": "requests\n"}, False),
        (
            {
                **_SERVICE,
                "extras/authors.py": _SCRIPT,
                "extras/requirements.txt": "requests\n",
                "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["gunicorn", "shop.app:app"]\n',
            },
            True,
        ),
        ({**_SERVICE, "extras/authors.py": _SCRIPT, "extras/__init__.py": ""}, False),
        ({**_SERVICE, "extras/authors.py": _SCRIPT, "extras/all.py": "import authors\n"}, False),
        (
            {
                **_SERVICE,
                "extras/authors.py": _SCRIPT,
                "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["python", "extras/authors.py"]\n',
            },
            False,
        ),
        (
            {
                **_SERVICE,
                "extras/authors.py": f"import threading\n{_SCRIPT}",
                "Dockerfile": "FROM python:3.13\nCOPY extras/authors.py authors.py\nRUN python authors.py $TARGET\n"
                'COPY shop shop\nCMD ["gunicorn", "shop.app:app"]\n',
            },
            True,
        ),
        (
            {
                **_SERVICE,
                "extras/authors.py": f"import threading\n{_SCRIPT}",
                "start.sh": "python authors.py --again\nexec gunicorn shop.app:app\n",
                "Dockerfile": "FROM python:3.13\nCOPY extras/authors.py start.sh ./\nRUN python authors.py\n"
                'COPY shop shop\nCMD ["./start.sh"]\n',
            },
            False,
        ),
        (
            {
                **_SERVICE,
                "extras/authors.py": f"import threading\n{_SCRIPT}",
                "Dockerfile": "FROM python:3.13\nCOPY . .\nHEALTHCHECK CMD ./authors.py\n"
                'CMD ["gunicorn", "shop.app:app"]\n',
            },
            True,
        ),
        (
            {
                **_SERVICE,
                "extras/authors.py": f"import threading\n{_SCRIPT}",
                "start.sh": "python authors.py --again\nexec gunicorn shop.app:app\n",
                "Dockerfile": 'FROM python:3.13\nCOPY . .\nHEALTHCHECK CMD ./authors.py\nCMD ["./start.sh"]\n',
            },
            False,
        ),
    ],
)
def test_script_that_nothing_uses_is_loose(files: dict[str, str], loose: bool) -> None:
    assert ("extras/authors.py" in repo_of(files).scripts.loose) is loose


_IMAGE = {"Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["gunicorn", "shop.app:app"]\n'}


@pytest.mark.parametrize(
    ("files", "loose"),
    [
        ({**_SERVICE, **_IMAGE, "fetch_prices.py": _SCRIPT}, True),
        ({**_SERVICE, "fetch_prices.py": _SCRIPT}, False),
        ({**_SERVICE, **_IMAGE, "fetch_prices.py": f"{_SCRIPT}\n\ndef prices():\n    return []\n"}, False),
        ({**_SERVICE, "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["python", "fetch_prices.py"]\n'}, False),
    ],
)
def test_script_at_the_root_that_only_runs_is_loose_where_production_starts_something_else(
    files: dict[str, str], loose: bool
) -> None:
    assert ("fetch_prices.py" in repo_of({"fetch_prices.py": _SCRIPT, **files}).scripts.loose) is loose


def test_defect_of_a_loose_script_is_a_hint() -> None:
    timeout = next(control for control in controls() if control.id == "external-apis/timeout")
    files = {**_SERVICE, "extras/authors.py": _SCRIPT}
    assert [site.confidence for site in judge(timeout, repo_of(files)).sites] == [Confidence.LOW]


@pytest.mark.parametrize("name", ["error-handling/retries", "error-handling/circuit-breaker", "external-apis/fallback"])
def test_calls_of_a_loose_script_say_nothing_of_the_service(name: str) -> None:
    control = next(control for control in controls() if control.id == name)
    assert judge(control, repo_of({**_SERVICE, "extras/authors.py": _SCRIPT})).status is Status.NOT_APPLICABLE
    assert judge(control, repo_of({**_SERVICE, "shop/authors.py": _USED})).status is Status.FAIL


@pytest.mark.parametrize(
    ("text", "loose"),
    [(_SCRIPT, True), ("from shop.app import app\napp.run()\n", False), ("import pika\npika.x()\n", False)],
)
def test_program_that_no_import_can_name_is_loose_in_a_package_too(text: str, loose: bool) -> None:
    assert ("shop/upload-pictures.py" in repo_of({**_SERVICE, "shop/upload-pictures.py": text}).scripts.loose) is loose


_IMAGE = {"Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["gunicorn", "shop.app:app"]\n'}
_PROGRAM = "import requests\nfrom shop import app\nif __name__ == '__main__':\n    requests.get('https://a.example')\n"
_DEPLOYED = {**_SERVICE, **_IMAGE, "shop/tasks/__init__.py": ""}


@pytest.mark.parametrize(
    ("files", "beside"),
    [
        ({}, True),
        ({"crontab": "* * * * * python /srv/shop/tasks/mail.py\n"}, False),
        ({"README.md": "# Shop\n\nRun `python shop/tasks/mail.py` every night.\n"}, False),
        ({"README.md": "# Shop\n\n## Development\n\nTry `python shop/tasks/mail.py`.\n"}, True),
        ({"shop/jobs.py": "from shop.tasks import mail\nmail.run()\n"}, False),
        ({"tests/test_mail.py": "from shop.tasks import mail\n"}, True),
        ({"shop/load.py": "import importlib\n\ndef load(name):\n    importlib.import_module(name)\n"}, False),
        ({"pyproject.toml": "[project]\nname = 'shop'\n[project.scripts]\nmail = 'shop.tasks.mail:main'\n"}, False),
        ({"shop/tasks/other.py": _PROGRAM, "crontab": "* * * * * python shop/tasks/other.py\n"}, False),
        ({"shop/jobs.py": "import subprocess\nsubprocess.run(['python', 'shop/tasks/mail.py'])\n"}, True),
        ({"shop/jobs.py": "MAIL = '/srv/shop/tasks/mail.py'\n"}, False),
    ],
)
def test_program_that_nothing_deployed_starts_is_beside(files: dict[str, str], beside: bool) -> None:
    repo = repo_of({**_DEPLOYED, "shop/tasks/mail.py": _PROGRAM, **files})
    assert ("shop/tasks/mail.py" in repo.scripts.beside) is beside


def test_page_that_tells_to_run_one_script_says_nothing_of_the_others_beside_it() -> None:
    copies = f"import asyncio\n{_SCRIPT}\n\nif __name__ == '__main__':\n    asyncio.run(None)\n"
    files = {
        **_SERVICE,
        **_IMAGE,
        "README.md": "# Shop\n\n## Reports\n\nRun `python -m shop.scripts.report` once a month.\n",
        "shop/scripts/__init__.py": "",
        "shop/scripts/report.py": copies,
        "shop/scripts/copy_orders.py": copies,
    }
    assert set(repo_of(files).scripts.loose) == {"shop/scripts/copy_orders.py"}


def test_what_scripts_alone_import_is_beside_with_them() -> None:
    files = {
        **_DEPLOYED,
        "shop/tasks/mail.py": "from shop import style\nif __name__ == '__main__':\n    style.get()\n",
        "shop/style.py": "import requests\n\ndef get():\n    requests.get('https://a.example')\n",
    }
    assert set(repo_of(files).scripts.beside) == {"shop/tasks/mail.py", "shop/style.py"}
    used = {**files, "shop/views.py": "from shop import style\n"}
    assert set(repo_of(used).scripts.beside) == {"shop/tasks/mail.py"}


_LEFT = {
    **_DEPLOYED,
    "shop/app.py": f"from shop import orders, rates\n{_SERVICE['shop/app.py']}",
    "shop/orders.py": "def all_of_them():\n    return []\n",
    "shop/rates.py": "def all_of_them():\n    return []\n",
    "shop/old_rates.py": "import requests\n\n\ndef rates(url):\n    return requests.get(url)\n",
}


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({}, True),
        ({"tests/test_rates.py": "from shop.old_rates import rates\n"}, True),
        ({"shop/rates.py": "from shop.old_rates import rates\n"}, False),
        ({"shop/rates.py": "RATES = 'shop.old_rates.rates'\n"}, False),
        (
            {
                "shop/parts/__init__.py": "",
                "shop/parts/load.py": "import importlib\n\n\ndef load(name):\n"
                "    importlib.import_module(f'shop.{name}_rates')\n",
            },
            False,
        ),
        (
            {
                "shop/parts/__init__.py": "",
                "shop/parts/load.py": "import importlib\n\n\ndef load(name):\n    importlib.import_module(name)\n",
            },
            True,
        ),
        ({"shop/load.py": "import importlib\n\n\ndef load(name):\n    importlib.import_module(name)\n"}, False),
        ({"nightly.sh": "python -c 'from shop.old_rates import rates; rates()'\n"}, False),
        ({"shop/old_rates.py": "import frappe\n\n\ndef rates(url):\n    return []\n"}, False),
        ({"shop/old_rates.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"}, False),
        ({"shop/app.py": _SERVICE["shop/app.py"]}, False),
        ({"look.py": "import importlib\n\nfor name in names:\n    importlib.import_module(name)\n"}, True),
        ({"main.py": "import importlib\n\nfor name in names:\n    importlib.import_module(name)\n"}, False),
    ],
)
def test_module_that_nothing_imports_is_beside(files: dict[str, str], left: bool) -> None:
    assert ("shop/old_rates.py" in repo_of({**_LEFT, **files}).scripts.beside) is left


def test_module_that_no_import_can_name_is_beside() -> None:
    files = {**_DEPLOYED, "core-rates.py": "import requests\n\n\ndef rates(url):\n    return requests.get(url)\n"}
    assert "core-rates.py" in repo_of(files).scripts.beside
    assert "core-rates.py" not in repo_of({**files, "shop/load.py": "RATES = '/srv/core-rates.py'\n"}).scripts.beside


_SITE = {
    "site/__init__.py": "",
    "site/settings.py": "ROOT_URLCONF = 'site.urls'\nINSTALLED_APPS = ['site', 'reports']\n",
    "site/wsgi.py": "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
    "site/urls.py": (
        "from django.urls import include, path\n\nurlpatterns = [path('reports/', include('reports.urls'))]\n"
    ),
    "reports/__init__.py": "",
    "reports/models.py": "",
    "reports/totals.py": "",
    "reports/admin.py": "from reports import models, totals\n",
    "reports/urls.py": (
        "from django.urls import path\n\nfrom reports import pages\n\nurlpatterns = [path('all', pages.page)]\n"
    ),
    "reports/pages.py": "from django.http import HttpResponse\n\n\ndef page(request):\n    return HttpResponse('')\n",
}


def test_views_whose_addresses_nothing_includes_are_beside() -> None:
    assert not set(repo_of(_SITE).scripts.beside)
    without = {**_SITE, "site/urls.py": "urlpatterns = []  # include('reports.urls')\n"}
    assert set(repo_of(without).scripts.beside) == {"reports/urls.py", "reports/pages.py"}
    each = "from django.urls import include\n\nurlpatterns = [include(f'{one}.urls') for one in APPS]\n"
    assert not set(repo_of({**_SITE, "site/urls.py": each}).scripts.beside)


_HELP = {
    **_SERVICE,
    "shop_help/__init__.py": "",
    "shop_help/wait.py": "import requests\n\n\ndef wait(url):\n    requests.get(url)\n",
    "shop_help/base.py": "import pytest\n\nfrom shop_help.wait import wait\n",
    "tests/test_shop.py": "from shop_help.base import wait\n",
}


@pytest.mark.parametrize(
    ("files", "for_tests"),
    [
        ({}, True),
        ({"shop_more/__init__.py": "", "shop_more/a.py": "import pytest\nfrom shop_help.wait import wait\n"}, True),
        ({"shop/app.py": f"{_SERVICE['shop/app.py']}from shop_help.wait import wait\n"}, False),
        ({"shop_help/base.py": "from shop_help.wait import wait\n"}, False),
        ({"shop_help/app.py": "from flask import Flask\napp = Flask(__name__)\n"}, False),
    ],
)
def test_package_that_only_tests_import_is_for_them(files: dict[str, str], for_tests: bool) -> None:
    assert ("shop_help/wait.py" in repo_of({**_HELP, **files}).scripts.for_tests) is for_tests


def test_second_server_of_a_folder_is_beside_where_nothing_names_it() -> None:
    server = "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run()\n"
    files = {"wsgi.py": "from shop.app import app\n", **_SERVICE, "tester.py": server}
    image = 'FROM python:3.13\nCOPY . .\nCMD ["gunicorn", "wsgi:app"]\n'
    assert "tester.py" in repo_of({**files, "Dockerfile": image}).scripts.beside
    assert "tester.py" not in repo_of(files).scripts.beside


def test_hint_says_why_it_is_none_more() -> None:
    timeout = next(control for control in controls() if control.id == "external-apis/timeout")
    (site,) = judge(timeout, repo_of({**_DEPLOYED, "shop/tasks/mail.py": _PROGRAM})).sites
    assert site.confidence is Confidence.LOW
    assert site.message == (
        "`requests.get` can wait for ever: no timeout reaches it; a hint, as nothing of the service imports this "
        "script, and nothing that is deployed starts it."
    )


def _programs(*names: str) -> dict[str, str]:
    program = f"import requests\n\n\ndef main():\n    {_SCRIPT[16:]}\n\nif __name__ == '__main__':\n    main()\n"
    return {f"{name}.py": program for name in names}


@pytest.mark.parametrize(
    ("files", "beside"),
    [
        (
            {**_programs("mend_prices", "mend_names", "mend_days"), "README.md": "# Shop\n\npython mend_days.py\n"},
            True,
        ),
        ({**_programs("mend_prices", "mend_days"), "README.md": "# Shop\n\npython mend_days.py\n"}, False),
        (
            {
                **_programs("mend_prices", "mend_names", "mend_days"),
                "compose.yml": "services:\n  days:\n    build: .\n    command: python mend_days.py\n",
            },
            False,
        ),
        ({"mend_prices.py": f"import django\ndjango.setup()\nimport requests\n{_SCRIPT[16:]}"}, True),
        (
            {
                **_programs("mend_prices"),
                "look.py": "if __name__ == '__main__':\n    for name in names():\n        __import__(name)\n",
                "shop/plugins.py": "import importlib\n\n\ndef load(name):\n    return importlib.import_module(name)\n",
            },
            True,
        ),
    ],
)
def test_few_programs_at_work_say_nothing_of_many_others(files: dict[str, str], beside: bool) -> None:
    found = repo_of({**_SERVICE, **_IMAGE, "shop/tasks.py": "", **files}).scripts.beside
    assert ("mend_prices.py" in found) is beside


@pytest.mark.parametrize(
    ("files", "beside"),
    [
        ({"images/stock/README.md": "# Stock\n\nRuns a mock service that answers as the stock does.\n"}, True),
        ({"images/stock/README.md": "# Stock\n\nRuns the service that answers for the stock.\n"}, False),
        (
            {
                "images/stock/README.md": "# Stock\n\nRuns a mock service that answers as the stock does.\n",
                "shop/stock.py": "from images.stock import app\n",
            },
            False,
        ),
    ],
)
def test_what_its_page_calls_a_mock_is_beside(files: dict[str, str], beside: bool) -> None:
    product = {f"shop/part{number}.py": f"PART = {number}\n" for number in range(10)}
    stand_in = {"images/stock/app.py": "from flask import Flask\n\napp = Flask(__name__)\napp.run(debug=True)\n"}
    found = repo_of({**_SERVICE, **product, **stand_in, **files}).scripts.beside
    assert ("images/stock/app.py" in found) is beside


@pytest.mark.parametrize(
    ("files", "beside"),
    [
        ({"Dockerfile": 'FROM eclipse-temurin:21\nCOPY shop.jar .\nCMD ["java", "-jar", "shop.jar"]\n'}, True),
        ({}, False),
    ],
)
def test_script_beside_a_service_of_another_language_is_loose(files: dict[str, str], beside: bool) -> None:
    found = repo_of({"rights/move-rights.py": _SCRIPT, **files}).scripts.beside
    assert ("rights/move-rights.py" in found) is beside


@pytest.mark.parametrize(
    ("files", "is_production"),
    [
        ({}, False),
        ({"shop/feeds/Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["uvicorn", "main:app"]\n'}, True),
        ({"shop/more.py": "from shop.feeds.main import app\n"}, True),
    ],
)
def test_application_left_in_a_part_of_the_package_that_is_served_is_idle(
    files: dict[str, str], is_production: bool
) -> None:
    application = "from fastapi import FastAPI\n\napp = FastAPI()\n"
    repo = repo_of(
        {
            "shop/__init__.py": "",
            "shop/main.py": application,
            "shop/feeds/__init__.py": "",
            "shop/feeds/main.py": application,
            "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["uvicorn", "shop.main:app"]\n',
            **files,
        }
    )
    assert any(module.path == "shop/feeds/main.py" for module in repo.python.production) is is_production


_COPIED = [f"routes/part{number}.py" for number in range(10)]


@pytest.mark.parametrize(
    ("files", "is_production"),
    [
        ({}, False),
        ({"Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["uvicorn", "main:app"]\n'}, True),
        ({f"more/part{number}.py": "def more():\n    return 1\n" for number in range(12)}, True),
    ],
)
def test_copy_of_the_folder_that_is_served_is_idle(files: dict[str, str], is_production: bool) -> None:
    application = "from fastapi import FastAPI\n\napp = FastAPI()\n"
    repo = repo_of(
        {
            "main.py": application,
            "infra/main.py": application,
            "Procfile": "web: cd infra && uvicorn main:app --port $PORT\n",
            **dict.fromkeys(_COPIED, "def part():\n    return 1\n"),
            **{f"infra/{path}": "def part():\n    return 2\n" for path in _COPIED},
            **files,
        }
    )
    paths = {module.path for module in repo.python.production}
    assert ("main.py" in paths, "routes/part1.py" in paths) == (is_production, is_production)
    assert {"infra/main.py", "infra/routes/part1.py"} <= paths


@pytest.mark.parametrize(
    ("files", "by_hand"),
    [
        ({"Procfile": "web: uvicorn shop.main:app\n"}, True),
        ({"Procfile": "web: uvicorn shop.main:app\nworker: python shop/stock.py\n"}, False),
        ({"Procfile": "web: uvicorn shop.main:app\n", "OPERATING.md": "# Nightly\n\nRun `stock.py`.\n"}, False),
        ({}, False),
    ],
)
def test_what_a_module_does_as_a_program_may_be_done_by_hand_alone(files: dict[str, str], by_hand: bool) -> None:
    repo = repo_of(
        {
            "shop/__init__.py": "",
            "shop/main.py": "from fastapi import FastAPI\n\nfrom shop import stock\n\napp = FastAPI()\n",
            "shop/stock.py": "def levels():\n    return []\n\n\nif __name__ == '__main__':\n    print(levels())\n",
            **files,
        }
    )
    assert repo.scripts.is_run_by_hand(repo.python.modules["shop/stock.py"]) is by_hand


def test_what_is_done_by_hand_alone_is_a_hint() -> None:
    repo = repo_of(
        {
            "Procfile": "web: uvicorn shop.main:app\n",
            "shop/__init__.py": "",
            "shop/main.py": "from fastapi import FastAPI\n\nfrom shop import stock\n\napp = FastAPI()\n",
            "shop/stock.py": "import requests\n\n\ndef levels(url):\n    return requests.get(url).json()\n\n\n"
            "if __name__ == '__main__':\n    print(requests.get('https://stock.example').text)\n",
        }
    )
    control = next(one for one in controls() if one.id == "external-apis/timeout")
    sure = {site.location.line: site.confidence for site in judge(control, repo).sites}
    assert sure == {5: Confidence.HIGH, 9: Confidence.LOW}


_NOVELS = "def novels():\n    return []\n"


@pytest.mark.parametrize(
    ("loader", "found"),
    [
        ("import importlib\n\nfor name in ('celery', 'redis'):\n    importlib.import_module(name)\n", False),
        (
            (
                "import importlib\n\n\ndef loaded(place):\n    path, _, name = place.rpartition('.')\n"
                "    return getattr(importlib.import_module(path), name)\n"
            ),
            False,
        ),
        (
            "class Shelf:\n    def scan(self, code):\n        return code\n\n\ndef at(code):\n    Shelf().scan(code)\n",
            False,
        ),
        ("import importlib\n\n\ndef loaded(name):\n    return importlib.import_module(f'shop.desks.{name}')\n", False),
        ("import importlib\n\n\ndef loaded(name):\n    return importlib.import_module(f'shop.shelves.{name}')\n", True),
        ("import importlib\n\n\ndef loaded(name):\n    return importlib.import_module(name)\n", True),
        (
            (
                "import importlib\nimport pkgutil\n\nfrom shop import shelves\n\n"
                "for one in pkgutil.iter_modules(shelves.__path__):\n    importlib.import_module(one.name)\n"
            ),
            True,
        ),
    ],
)
def test_what_is_loaded_by_a_name_that_stands_somewhere_in_full_finds_no_other_module(loader: str, found: bool) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/app.py": "from flask import Flask\n\nfrom shop.shelves import poems, plays\n\napp = Flask(__name__)\n",
        "shop/shelves/__init__.py": "",
        "shop/shelves/poems.py": _NOVELS,
        "shop/shelves/plays.py": _NOVELS,
        "shop/shelves/novels.py": _NOVELS,
    }
    path = "shop/loading.py" if "pkgutil" in loader else "shop/shelves/loading.py"
    repo = repo_of({**files, path: loader, "shop/wsgi.py": f"import {path.removesuffix('.py').replace('/', '.')}\n"})
    assert ("shop/shelves/novels.py" in repo.scripts.beside) is not found


@pytest.mark.parametrize(
    ("more", "is_copy"),
    [
        ({}, True),
        ({"shop/more.py": "from kept.shop.part1 import value\n"}, False),
        ({"start.sh": "exec python kept/shop/part1.py\n"}, False),
        ({"kept/pyproject.toml": "[project]\nname = 'kept'\n"}, False),
        ({f"kept/shop/own{number}.py": "" for number in range(12)}, False),
    ],
)
def test_folder_that_repeats_the_code_around_it_is_a_copy_where_nothing_leads_to_it(
    more: dict[str, str], is_copy: bool
) -> None:
    parts = {f"shop/part{number}.py": f"value = {number}\n" for number in range(11)}
    kept = {f"kept/{path}": text for path, text in parts.items()}
    repo = repo_of({**_SERVICE, **parts, **kept, **more})
    assert ("kept/shop/part1.py" in repo.scripts.beside) is is_copy


def test_module_that_nothing_imports_is_idle_where_most_modules_are_imported_by_their_names() -> None:
    names = ", ".join(f"desk{number}" for number in range(21))
    desks = {f"shop/desks/desk{number}.py": _NOVELS for number in range(21)}
    repo = repo_of(
        {
            "shop/__init__.py": "",
            "shop/app.py": f"from flask import Flask\n\nfrom shop.desks import {names}\n\napp = Flask(__name__)\n",
            "shop/desks/__init__.py": "",
            **desks,
            "shop/cellar/__init__.py": "",
            "shop/cellar/wines.py": _NOVELS,
        }
    )
    assert [*repo.scripts.beside] == ["shop/cellar/wines.py"]


def test_module_of_a_folder_that_alone_is_no_package_is_idle_where_nothing_imports_it() -> None:
    names = ", ".join(f"desk{number}" for number in range(21))
    desks = {f"shop/desks/desk{number}.py": _NOVELS for number in range(21)}
    files = {
        "shop/__init__.py": "",
        "shop/app.py": f"from flask import Flask\n\nfrom shop.desks import {names}\n\napp = Flask(__name__)\n",
        "shop/desks/__init__.py": "",
        "shop/shelves/__init__.py": "",
        **desks,
        "shop/cellar/wines.py": _NOVELS,
        "attic/wines.py": _NOVELS,
    }
    assert [*repo_of(files).scripts.beside] == ["shop/cellar/wines.py"]
