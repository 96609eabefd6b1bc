"""What of a tree is reached when its service runs."""

from __future__ import annotations

import pytest

from readiness_bot.control import controls, judge
from readiness_bot.model import Confidence
from tests.repos import repo_of

_APPLICATION = (
    "from flask import Flask\n\nfrom shop import tools\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef home():\n"
    "    return tools.rates('https://a.example')\n"
)
_TOOLS = (
    "import requests\n\n\ndef rates(address):\n    return requests.get(address).text\n\n\n"
    "def stocks(address):\n    return requests.get(address).text\n"
)
_FILES = {"shop/__init__.py": "", "shop/app.py": _APPLICATION, "shop/tools.py": _TOOLS}


@pytest.mark.parametrize(
    ("files", "called_by_nobody"),
    [
        ({}, ["stocks"]),
        ({"shop/more.py": "def of(tools):\n    return tools.stocks\n"}, ["stocks"]),
        ({"shop/more.py": "def of(tools):\n    return tools.stocks\n\n\nFOUND = of(None)\n"}, []),
        ({"shop/more.py": "class Held:\n    def of(self, tools):\n        return tools.stocks\n"}, ["stocks"]),
        ({"shop/more.py": "class Held(Library):\n    def of(self, tools):\n        return tools.stocks\n"}, []),
        ({"shop/more.py": "class Held:\n    def __call__(self, tools):\n        return tools.stocks\n"}, ["stocks"]),
        (
            {
                "load.py": "import importlib\n\nif __name__ == '__main__':\n"
                "    importlib.import_module(f'shop.{input()}')\n"
            },
            [],
        ),
        ({"shop/wsgi.py": "def of(tools):\n    return tools.stocks\n"}, []),
        ({"bin/stocks": "#!/usr/bin/env python\nfrom shop.tools import stocks\n\nprint stocks('a')\n"}, []),
        ({"bin/prices": "#!/usr/bin/env python\nfrom shop.app import app\n\napp.run()\n"}, ["stocks"]),
        (
            {
                "shop/more.py": "def this(tools):\n    return that(tools)\n\n\n"
                "def that(tools):\n    return this(tools.stocks)\n"
            },
            ["stocks"],
        ),
        (
            {"tests/test_tools.py": "from shop.tools import stocks\n\n\ndef test_stocks():\n    assert stocks('a')\n"},
            ["stocks"],
        ),
        ({"shop/tools.py": f"{_TOOLS}\n\ndef of(name):\n    return globals()[name]\n"}, []),
        ({"shop/tools.py": f"import sys\n{_TOOLS}\n\nHELD = sys.modules[__name__].__dict__\n"}, []),
        ({"shop/tools.py": f"{_TOOLS}\n__all__ = ['rates', 'stocks']\n"}, []),
        ({"shop/tools.py": _TOOLS.replace("def stocks", "@register\ndef stocks")}, []),
        ({"shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}, ["rates", "stocks"]),
    ],
)
def test_function_whose_name_stands_nowhere_else_is_called_by_nobody(
    files: dict[str, str], called_by_nobody: list[str]
) -> None:
    repo = repo_of({**_FILES, **files})
    module = repo.python.modules["shop/tools.py"]
    functions = [(index, item.name) for index, item in enumerate(module.facts.definitions)]
    found = [name for index, name in functions if repo.wiring.is_called_by_nobody(module, index)]
    assert found == called_by_nobody


_KEPT = (
    "import requests\n\n\nclass Rates:\n    def rates(self, address):\n        return requests.get(address).text\n\n"
    "    def stocks(self, address):\n        return requests.get(address).text\n"
)


@pytest.mark.parametrize(
    ("files", "called_by_nobody"),
    [
        ({}, ["stocks"]),
        ({"shop/tools.py": _KEPT.replace("class Rates", "class Rates(Library)")}, []),
        ({"shop/tools.py": _KEPT.replace("    def stocks", "    @register\n    def stocks")}, []),
        ({"shop/tools.py": _KEPT.replace("    def stocks", "    @staticmethod\n    def stocks")}, ["stocks"]),
        ({"shop/more.py": "def of(rates):\n    return getattr(rates, 'stocks')\n\n\nFOUND = of(None)\n"}, []),
        ({"shop/more.py": "def of(rates, kind):\n    return getattr(rates, f'{kind}cks')\n"}, []),
        ({"shop/app.py": f"{_APPLICATION}    print(getattr(tools.Rates(), home()))\n"}, []),
        (
            {"shop/app.py": "from flask import Flask\n\nfrom shop import tools\n\napp = Flask(__name__)\n"},
            ["Rates", "rates", "stocks"],
        ),
    ],
)
def test_method_whose_name_stands_nowhere_else_is_called_by_nobody(
    files: dict[str, str], called_by_nobody: list[str]
) -> None:
    application = _APPLICATION.replace("tools.rates(", "tools.Rates().rates(")
    repo = repo_of({**_FILES, "shop/tools.py": _KEPT, "shop/app.py": application, **files})
    module = repo.python.modules["shop/tools.py"]
    functions = [(index, item.name) for index, item in enumerate(module.facts.definitions)]
    found = [name for index, name in functions if repo.wiring.is_called_by_nobody(module, index)]
    assert found == called_by_nobody


def test_defect_in_a_function_that_nobody_calls_is_a_hint() -> None:
    timeout = next(control for control in controls() if control.id == "external-apis/timeout")
    sites = judge(timeout, repo_of(_FILES)).sites
    assert [(site.location.line, site.confidence) for site in sites] == [(5, Confidence.HIGH), (9, Confidence.LOW)]
    assert sites[1].message.endswith("; a hint, as nothing that may run names what it stands in.")


def test_settings_that_nothing_names_are_those_of_the_service() -> None:
    files = {
        "conf/paint.wsgi": "from django.core import wsgi\n\napplication = wsgi.get_wsgi_application()\n",
        "paint/settings_template.py": "ROOT_URLCONF = 'paint.urls'\nINSTALLED_APPS = ['paint.shop']\n",
        "paint/urls.py": "urlpatterns = []\n",
        "paint/shop/__init__.py": "",
        "paint/shop/tasks.py": "def squeeze():\n    pass\n",
        "paint/shop/left.py": "def lie():\n    pass\n",
    }
    wiring = repo_of(files).wiring
    assert {"paint/urls.py", "paint/shop/tasks.py"} <= wiring.running
    assert "paint/shop/left.py" not in wiring.running


def test_settings_beside_those_that_a_start_names_stay_as_they_are() -> None:
    files = {
        "paint/wsgi.py": "import os\n\nos.environ['DJANGO_SETTINGS_MODULE'] = 'paint.live'\n",
        "paint/live.py": "ROOT_URLCONF = 'paint.urls'\n",
        "paint/urls.py": "urlpatterns = []\n",
        "paint/trial.py": "ROOT_URLCONF = 'paint.others'\n",
        "paint/others.py": "urlpatterns = []\n",
    }
    assert repo_of(files).wiring.running == {"paint/wsgi.py", "paint/live.py", "paint/urls.py"}


def test_script_without_an_ending_starts_what_it_imports() -> None:
    files = {"shop/__init__.py": "", "shop/tools.py": _TOOLS, "shop/more.py": "from shop import tools\n"}
    script = {"bin/shop": "#!/usr/bin/python3\nfrom shop import more\n\nprint(more.tools.rates('a'))\n"}
    assert repo_of(files).wiring.starts == ()
    wiring = repo_of({**files, **script}).wiring
    assert wiring.starts == ("shop/__init__.py", "shop/more.py")
    assert "shop/tools.py" in wiring.running
