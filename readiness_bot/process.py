"""What a process that does one thing and then ends may leave undone; knows nothing of that thing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def short_lived() -> Iterator[None]:
    """Has no garbage looked for while this process does its one thing, nor when it ends.

    A judged tree is millions of objects that refer to each other: looking at all of them, to find which could be given
    back, takes a tenth of a warm comparison, and the system gets everything back anyway.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
