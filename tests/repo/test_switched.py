"""What settings are where nobody sets them, and what they leave out."""

from __future__ import annotations

import pytest

from tests.repos import repo_of

SETTINGS = (
    "import os\n\nSIGN_IN = os.environ.get('SIGN_IN', 'no') == 'yes'\nREPORTS = True\n"
    "OPTIONS = {'closed': os.environ.get('CLOSED', False)}\n\n\n"
    "def is_guarded():\n    return os.getenv('GUARDED', '')\n"
)


@pytest.mark.parametrize(
    ("condition", "left_out"),
    [
        ("SIGN_IN", ("SIGN_IN",)),
        ("not SIGN_IN", ()),
        ("REPORTS", ()),
        ("not REPORTS", ("REPORTS",)),
        ("REPORTS and SIGN_IN", ("SIGN_IN",)),
        ("REPORTS or SIGN_IN", ()),
        ("is_guarded()", ("GUARDED",)),
        ("OPTIONS['closed']", ("CLOSED",)),
        ("unknown", ()),
        ("unknown and SIGN_IN", ("SIGN_IN",)),
    ],
)
def test_what_a_condition_leaves_out_where_nobody_sets_anything(condition: str, left_out: tuple[str, ...]) -> None:
    main = f"from shop.settings import *\n\nif {condition}:\n    put_in_place()\nelse:\n    leave()\n"
    main = main.replace("import *", "import OPTIONS, REPORTS, SIGN_IN, is_guarded")
    repo = repo_of({"shop/__init__.py": "", "shop/settings.py": SETTINGS, "shop/main.py": main})
    assert repo.switched.left_out(4, repo.python.modules["shop/main.py"]) == left_out


def test_what_a_deployment_sets_is_set() -> None:
    image = 'FROM python:3.13\nENV SIGN_IN=yes\nCMD ["uvicorn", "shop.main:app"]\n'
    main = (
        "from fastapi import FastAPI\n\nfrom shop.settings import SIGN_IN\n\napp = FastAPI()\nif SIGN_IN:\n    ask()\n"
    )
    repo = repo_of({"shop/__init__.py": "", "shop/settings.py": SETTINGS, "shop/main.py": main, "Dockerfile": image})
    assert repo.switched.left_out(7, repo.python.modules["shop/main.py"]) == ()
