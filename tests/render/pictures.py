"""Pictures of the comment in its states as GitHub shows it: GitHub's parser, its list of tags, its stylesheet.

Usage, with Chromium on the PATH and the npm package github-markdown-css unpacked into `css/`:

    python -m tests.render.pictures css/ pictures/

What GitHub adds after its parser, such as links to accounts and icons of alerts, is not in them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cmarkgfm
import nh3
from cmarkgfm.cmark import Options

from tests.render.test_comment import BODIES

VIEWS = (("desktop", 860, "light"), ("phone", 390, "light"), ("dark", 860, "dark"))
BACKGROUND = {"light": "#ffffff", "dark": "#0d1117"}

# The elements that survive GitHub's filter, as far as a comment uses them; comments and styles do not.
TAGS = {
    "a", "br", "code", "details", "em", "h3", "hr", "li", "p", "pre", "strong", "sub", "summary",
    "table", "tbody", "td", "th", "thead", "tr", "ul", "wbr",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "td": {"align"}, "th": {"align"}}


def html(markdown: str) -> str:
    """The comment's elements. GitHub breaks lines in comments where the text does."""
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS | Options.CMARK_OPT_GITHUB_PRE_LANG
    shown = cmarkgfm.github_flavored_markdown_to_html(markdown, options=options)
    return nh3.clean(shown, tags=TAGS, attributes=ATTRIBUTES, link_rel=None)


def page(markdown: str, style: str, theme: str) -> str:
    """A page with nothing but the comment."""
    look = f"{style} body{{background:{BACKGROUND[theme]};margin:0;padding:16px}} .markdown-body{{font-size:14px}}"
    body = f'<article class="markdown-body">{html(markdown)}</article>'
    return f'<!doctype html><meta charset="utf-8"><style>{look}</style>{body}'


def main(css: Path, out: Path) -> None:
    """Write a page and a picture for every state and view."""
    out.mkdir(parents=True, exist_ok=True)
    for state, body in BODIES.items():
        for view, width, theme in VIEWS:
            style = (css / f"github-markdown-{theme}.css").read_text(encoding="utf-8")
            name = f"{state.replace(' ', '-')}-{view}"
            file = out / f"{name}.html"
            file.write_text(page(body, style, theme), encoding="utf-8")
            size = f"--window-size={width},{1400 if view == 'phone' else 900}"
            command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size]
            picture = f"--screenshot={out / f'{name}.png'}"
            subprocess.run([*command, picture, file.resolve().as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
