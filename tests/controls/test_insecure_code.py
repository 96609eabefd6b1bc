"""Code that runs what others wrote: files that lie beside the code are the project's own words."""

from __future__ import annotations

import pytest

from readiness_bot.control import controls, judge
from readiness_bot.model import Confidence
from tests.repos import repo_of

_RUN_NAMED = (
    "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.post('/run')\ndef ran():\n"
    "    exec(open(request.form['path']).read())\n    return ''\n"
)
_LOAD = (
    "import os\nimport yaml\n\n\ndef load(path):\n    with open(path) as file:\n"
    "        return yaml.load(file, yaml.Loader)\n"
)


@pytest.mark.parametrize(
    ("call", "confidence"),
    [
        ("load(os.path.join(os.path.dirname(__file__), 'spec.yaml'))\n", Confidence.LOW),
        ("from shop import settings\nload(os.path.join(settings.SPECS, 'spec.yaml'))\n", Confidence.LOW),
        ("from shop import settings\nload(settings.SPEC)\n", Confidence.HIGH),
        ("load(input())\n", Confidence.HIGH),
        ("", Confidence.HIGH),
    ],
)
def test_unsafe_loader_of_a_file_beside_the_code_is_a_hint(call: str, confidence: Confidence) -> None:
    control = next(one for one in controls() if one.id == "security/insecure-code")
    (site,) = judge(control, repo_of({"app/main.py": f"{_LOAD}\n\n{call}"})).sites
    assert site.confidence is confidence


@pytest.mark.parametrize(
    ("route", "confidence"),
    [
        ("def ran(path):\n    exec(open(path).read())\n\n\nran(input())\n", Confidence.LOW),
        (_RUN_NAMED, Confidence.MEDIUM),
    ],
)
def test_code_in_a_file_that_no_client_names_is_run_on_purpose(route: str, confidence: Confidence) -> None:
    control = next(one for one in controls() if one.id == "security/insecure-code")
    (site,) = judge(control, repo_of({"app/main.py": route})).sites
    assert site.confidence is confidence


@pytest.mark.parametrize(
    ("condition", "confidence"), [("not config.verify_ssl", Confidence.LOW), ("__name__", Confidence.HIGH)]
)
def test_adapter_without_checks_that_a_switch_chooses_is_a_hint(condition: str, confidence: Confidence) -> None:
    text = (
        "import ssl\n\nfrom shop import config\n\n\nclass OpenAdapter:\n    def __init__(self):\n"
        "        self.context = ssl.create_default_context()\n        self.context.verify_mode = ssl.CERT_NONE\n\n\n"
        f"def adapter():\n    if {condition}:\n        return OpenAdapter()\n    return None\n"
    )
    control = next(one for one in controls() if one.id == "security/insecure-code")
    (site,) = judge(control, repo_of({"app/main.py": text})).sites
    assert site.confidence is confidence


@pytest.mark.parametrize(
    ("name", "confidence"), [("_insecure_transport", Confidence.LOW), ("_transport", Confidence.HIGH)]
)
def test_transport_that_is_called_insecure_is_a_hint(name: str, confidence: Confidence) -> None:
    control = next(one for one in controls() if one.id == "security/insecure-code")
    text = f"import httpx\n\n{name} = httpx.AsyncHTTPTransport(verify=False)\n"
    sites = judge(control, repo_of({"app/main.py": text})).sites
    assert [site.confidence for site in sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    "text",
    [
        "import os\nimport yaml\n\nPORTS = yaml.load(os.environ.get('PORTS', '[]'))\n",
        (
            "import os\nimport yaml\n\n\ndef settings(folder):\n"
            "    with open(os.path.join(folder, 'defaults.yml')) as stream:\n        return yaml.load(stream)\n"
        ),
        (
            "import ssl\n\n\ndef context():\n    if hasattr(ssl, 'OP_NO_SSLv3'):\n"
            "        return ssl.create_default_context()\n    else:\n"
            "        return ssl.SSLContext(ssl.PROTOCOL_TLSv1)\n"
        ),
    ],
)
def test_what_operators_give_and_what_old_interpreters_leave_is_a_hint(text: str) -> None:
    control = next(one for one in controls() if one.id == "security/insecure-code")
    sites = judge(control, repo_of(text)).sites
    assert [site.confidence for site in sites if not site.good] == [Confidence.LOW]


def test_each_place_tells_what_comes_of_it_alone() -> None:
    text = (
        "import pickle\n\nimport requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
        "@app.post('/parts')\ndef parts():\n    pickle.loads(request.data)\n"
        "    return requests.get('https://parts.example', verify=False, timeout=3).text\n"
    )
    control = next(one for one in controls() if one.id == "security/insecure-code")
    ran, heard = (site.impact for site in judge(control, repo_of({"app/main.py": text})).sites if not site.good)
    assert "runs code" in ran
    assert "network" not in ran
    assert "network" in heard
    assert "code" not in heard
