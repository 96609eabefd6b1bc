"""What is known of a name from a request by the time that it becomes a part of a path."""

from __future__ import annotations

import pytest

from readiness_bot.control import judge
from readiness_bot.controls.security.path_traversal import path_traversal
from readiness_bot.model import Confidence
from tests.repos import repo_of

_HEAD = (
    "import shutil\nfrom pathlib import Path\n\nfrom flask import Flask, abort, request\n\n"
    "from shop.models import Film, db, get_object_or_404\n\napp = Flask(__name__)\n\n\n"
    "@app.post('/films')\ndef drop():\n    key = request.json['key']\n"
)


@pytest.mark.parametrize(
    ("lines", "confidence"),
    [
        ("film = Film.query.filter_by(key=key).first()\n    print(film)", Confidence.HIGH),
        ("film = Film.query.filter_by(key=key).first()\n    if not film:\n        abort(404)", Confidence.LOW),
        ("film = Film.query.filter_by(key=key).first()\n    if film is None:\n        abort(404)", Confidence.LOW),
        ("film = db.session.get(Film, key)\n    if film is None:\n        abort(404)", Confidence.LOW),
        ("film = load_film(Path('/srv/films', key))\n    if film is None:\n        abort(404)", Confidence.HIGH),
        ("film = get_object_or_404(Film, pk=key)", Confidence.LOW),
        ("film = Film.objects.get(pk=key)", Confidence.LOW),
    ],
)
def test_a_key_under_which_a_row_is_found_is_left_to_review(lines: str, confidence: Confidence) -> None:
    text = f"{_HEAD}    {lines}\n    shutil.rmtree(Path('/srv/films') / key)\n"
    judgement = judge(path_traversal, repo_of({"shop/app.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("key.split('/')[-1]", False),
        ("key.rsplit('/', 1)[-1]", False),
        ("key.rpartition('/')[2]", False),
        ("key.split('/', 1)[1]", True),
        ("key.split('_')[0]", True),
        ("'/'.join(key.split('/')[1:])", True),
    ],
)
def test_one_piece_between_slashes_is_a_name(name: str, found: bool) -> None:
    text = f"{_HEAD}    shutil.rmtree(Path('/srv/films') / {name})\n"
    judgement = judge(path_traversal, repo_of({"shop/app.py": text}))
    assert any(not site.good for site in judgement.sites) is found


@pytest.mark.parametrize(
    ("end", "found"), [("abort(404)", False), ("print('none')", True), ("return abort(404)", False)]
)
def test_what_is_known_or_nothing_on_every_way_is_known(end: str, found: bool) -> None:
    text = (
        f"{_HEAD}    if key is not None:\n        if FILMS is None or key not in FILMS:\n            {end}\n"
        "    shutil.rmtree(Path('/srv/films') / key)\n"
    )
    judgement = judge(path_traversal, repo_of({"shop/app.py": text}))
    assert any(not site.good for site in judgement.sites) is found


def test_a_helper_that_gives_nothing_for_what_leaves_the_directory_has_looked() -> None:
    text = (
        f"import os\n{_HEAD}    if validated('/srv/films', os.path.join(key, 'cover')) is None:\n        abort(400)\n"
        "    shutil.rmtree(Path('/srv/films') / key)\n\n\n"
        "def validated(base, name):\n    try:\n        Path(base, name).resolve().relative_to(base)\n"
        "    except ValueError:\n        return None\n    return name\n"
    )
    judgement = judge(path_traversal, repo_of({"shop/app.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [Confidence.LOW]
