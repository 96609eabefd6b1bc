"""Shows how sure a call that waits in a coroutine is a defect, by who else waits in the same loop."""

from __future__ import annotations

import pytest

from readiness_bot.control import judge
from readiness_bot.controls.code_quality.blocking_call_in_async import blocking_call_in_async
from readiness_bot.model import Confidence
from tests.repos import repo_of

_STREAM = """\
import asyncio
import threading
import time


class Stream:
    def __init__(self):
        self.worker = threading.Thread(target={target})
        self.worker.start()

    def _run(self):
        loop = asyncio.new_event_loop()
        loop.run_until_complete(self._drain())

    def _note(self):
        print('started')

    async def _drain(self):
        time.sleep(1)
"""


@pytest.mark.parametrize(("target", "confidence"), [("self._run", Confidence.LOW), ("self._note", Confidence.HIGH)])
def test_a_loop_in_a_thread_of_its_own_holds_nobody_up(target: str, confidence: Confidence) -> None:
    sites = judge(blocking_call_in_async, repo_of(_STREAM.format(target=target))).sites
    assert [site.confidence for site in sites if not site.good] == [confidence]


_FEED = """\
import asyncio
import threading


class Feed({base}):
    def __init__(self, source):
        self.source = source
        self.wanted = threading.Event()

    def run(self):
        asyncio.new_event_loop().run_until_complete(self.pump())

    async def pump(self):
        async for one in self.source:
            self.wanted.wait()
"""


@pytest.mark.parametrize(("base", "confidence"), [("threading.Thread", Confidence.LOW), ("object", Confidence.HIGH)])
def test_a_thread_drives_its_own_coroutines_alone(base: str, confidence: Confidence) -> None:
    sites = judge(blocking_call_in_async, repo_of(_FEED.format(base=base))).sites
    assert [site.confidence for site in sites if not site.good] == [confidence]
