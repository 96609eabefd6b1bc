"""Files of project templates as the text that they become; knows the variables' form, not their values."""

from __future__ import annotations

import re

_VARIABLE = re.compile(rb"\{\{-?[ \t]*(?:cookiecutter\.(\w+)|(project_name|app_name))[ \t]*-?\}\}")
_BRACE = re.compile(rb"\{%[ \t]*templatetag (open|close)variable[ \t]*%\}")
_BRACES = {b"open": b"{{", b"close": b"}}"}


def rendered(data: bytes) -> bytes:
    """The bytes with each variable of a project template replaced by its own name.

    `{{ project_name }}` is what Django's `startproject` fills in, `{{ cookiecutter.slug }}` what cookiecutter does.
    Lines stay where they are. What is no template comes back as the same object.
    """
    if b"{{" not in data and b"templatetag" not in data:
        return data
    if b"cookiecutter." not in data and b"project_name" not in data and b"app_name" not in data:
        return data
    text = _VARIABLE.sub(lambda found: found[1] or found[2], data)
    return _BRACE.sub(lambda found: _BRACES[found[1]], text)
