"""Where debugging is switched on, and whether production comes past it."""

from __future__ import annotations

from tests.repos import repo_of

_APP = "from flask import Flask\n\napp = Flask(__name__)\n"


def test_a_switch_under_the_guard_of_a_program_is_met_by_nobody_who_imports_it() -> None:
    guarded = repo_of(_APP + "\nif __name__ == '__main__':\n    app.debug = True\n    app.run()\n")
    bare = repo_of(_APP + "app.debug = True\napp.run()\n")
    assert [flag.is_bare for flag in guarded.debugging.flags] == [False]
    assert [flag.is_bare for flag in bare.debugging.flags] == [True]
