"""How sure it is that a silent handler hides something, where the place speaks for silence."""

from __future__ import annotations

import pytest

from readiness_bot.control import controls, judge
from tests.repos import repo_of

_CONTROL = next(control for control in controls() if control.id == "error-handling/swallowed-exception")


@pytest.mark.parametrize(
    ("body", "handler", "confidence"),
    [
        ("subprocess.check_call(['ipset', '-v'])\n        return True", "pass\n    return False", "low"),
        ("service.systemd_stop_silent()", "pass", "low"),
        ("reply.get(97)", "pass", "medium"),
        ("send(packet).get(97)", "pass", "high"),
        ("client.get(97)", "pass", "high"),
        ("cache.get('a')", "pass", "medium"),
        ("service.get('a')", "pass", "high"),
        ("requests.get(url)", "pass", "high"),
        ("row['a'].strip().capitalize()", "pass", "medium"),
        ("datetime.now() - timedelta(days=1)", "pass", "medium"),
        ("Image.open(upload)", "pass", "medium"),
        ("json.load(handle)", "pass", "high"),
        ("upload(row)", "pass", "high"),
        ("upload(row)", "return row, False", "medium"),
        ("upload(row)", "db.session.rollback()", "medium"),
        ("redact(row)", "pass", "medium"),
        ("os.remove(os.path.join(row, 'a.lock'))", "pass", "low"),
        ("service.stop_function()", "pass", "low"),
        ("path = Path(row)\n        if path.exists():\n            path.unlink()", "pass", "low"),
        ("path = Path(row)\n        path.write_text(row)", "pass", "high"),
        ("table = pandas.merge(row, row)\n        table.drop(columns=['a'])", "pass", "medium"),
        ("pandas.read_csv(url)", "pass", "high"),
        ("session['language'] == session.get('language')", "pass", "medium"),
        ("x509.load_pem_x509_certificate(row)", "pass", "medium"),
        ("client.wait_closed()", "pass", "low"),
        ("row.get_name()", "pass", "medium"),
        ("service.get_name()", "pass", "high"),
        ("template.render(row)", "pass", "medium"),
        ("packet.close_all_sessions()", "pass", "low"),
        ("board.all()[0].name", "pass", "high"),
        ("trace.get_current_span().get_span_context().trace_id", "pass", "medium"),
    ],
)
def test_confidence_follows_what_the_body_does(body: str, handler: str, confidence: str) -> None:
    text = (
        "import json\nimport os\nimport subprocess\nfrom flask import session\n"
        "from datetime import datetime, timedelta\nfrom pathlib import Path\nimport pandas\nimport requests\n"
        "from PIL import Image\nfrom cryptography import x509\nfrom opentelemetry import trace\n\n\n"
        "def has_it(service, reply, client, cache, row, upload, handle, board, url, packet, redact, template):\n"
        f"    try:\n        {body}\n"
        f"    except Exception:\n        {handler}\n"
    )
    assert [str(site.confidence) for site in judge(_CONTROL, repo_of(text)).sites] == [confidence]


_PICTURE = (
    "def picture(data):\n    try:\n        return load(open(data))\n    except Exception:\n        pass\n"
    "    try:\n        return draw(open(data))\n    except Exception:\n        pass\n"
    "    raise ValueError('no picture')\n"
)
_COUPON = (
    "def coupon(client):\n    try:\n        try:\n            return client.search()\n"
    "        except Exception:\n            pass\n        return client.create()\n"
    "    except Exception as error:\n        raise ValueError('no coupon') from error\n"
)
_IS_UP = (
    "def is_up(url):\n    try:\n        status = requests.get(url, timeout=1).status_code\n"
    "    except Exception:\n        status = 0\n    return status == 200\n"
)
_FOLLOW = (
    "def follow(text, bus):\n    try:\n        told = json.loads(text)\n        try:\n"
    "            bus.publish(told)\n        except Exception as error:\n            print(error)\n"
    "    except Exception:\n        pass\n"
)
_NAME = "def name():\n    try:\n        return socket.gethostname()\n    except Exception:\n        return 'unknown'\n"


_SHELL = (
    "def shell(client):\n    for name in ('bash', 'sh'):\n        try:\n            client.execute(name)\n"
    "            return name\n        except Exception:\n            continue\n    raise ValueError('no shell')\n"
)
_RETRY = (
    "def reach(client):\n    for _ in range(20):\n        try:\n            client.connect()\n            break\n"
    "        except Exception:\n            pass\n        print('not there yet')\n        sleep(5)\n"
)
_NOTED = (
    "def state(caches):\n    state = {}\n    for name in caches:\n        try:\n            caches.connect(name)\n"
    "            state[name] = True\n        except Exception:\n            state[name] = False\n    return state\n"
)
_REFUSED = (
    "from rest_framework.response import Response\n\n\ndef seen(client):\n    try:\n        client.save()\n"
    "        return Response(status=204)\n    except Exception:\n        pass\n    return Response(status=403)\n"
)
_PRINTED = (
    "def fix(hosts):\n    for host in hosts:\n        try:\n            host.save()\n        except Exception:\n"
    "            try:\n                host.write('failed')\n            except Exception:\n                pass\n"
    "            traceback.print_exc()\n"
)
_RUN = (
    "from sqlalchemy.orm import relationship\n\n\nclass Run:\n    telescope = relationship('Telescope')\n\n"
    "    def end(self):\n        try:\n            return self.telescope.next_sunrise(os.getpid())\n"
    "        except Exception:\n            return None\n"
)
_CALLER = (
    "def caller(request, client):\n    try:\n        try:\n            return client.execute(request)\n"
    "        except Exception:\n            logger.exception('refused')\n            raise\n"
    "    except Exception:\n        pass\n    return request.user\n"
)


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        (_SHELL, "medium"),
        (_CALLER, "medium"),
        (_RUN, "medium"),
        (_PRINTED, "medium"),
        (_NOTED, "medium"),
        (_REFUSED, "medium"),
        (_RETRY, "medium"),
        (_PICTURE, "medium"),
        (_COUPON, "high"),
        (_IS_UP, "low"),
        (_FOLLOW, "medium"),
        (_NAME, "medium"),
    ],
)
def test_what_comes_after_and_within_tells_how_much_is_lost(text: str, confidence: str) -> None:
    head = "import json\nimport os\nimport socket\nimport traceback\nimport requests\n\n\n"
    sites = judge(_CONTROL, repo_of(f"{head}{text}")).sites
    assert [str(site.confidence) for site in sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("body", "confidence"),
    [
        ("os.remove(folder['cache']('old.db'))", "low"),
        ("loop.run_until_complete(client.disconnect_all())", "low"),
        ("loop.run_until_complete(client.send('bye'))", "high"),
    ],
)
def test_what_is_handed_to_what_cleans_up_or_waits_is_no_work_of_its_own(body: str, confidence: str) -> None:
    head = "import os\n\n\ndef begin(loop, client, folder):\n    try:\n"
    text = f"{head}        {body}\n    except Exception:\n        pass\n"
    sites = judge(_CONTROL, repo_of(text)).sites
    assert [str(site.confidence) for site in sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("last", "confidence"),
    [("await websocket.close()", "low"), ("await websocket.receive_text()", "high")],
)
def test_a_goodbye_may_fail_in_silence(last: str, confidence: str) -> None:
    text = (
        "from fastapi import FastAPI, WebSocket\n\napp = FastAPI()\n\n\n@app.websocket('/state')\n"
        "async def state(websocket: WebSocket):\n    try:\n        await follow(websocket)\n"
        "    except TimeoutError:\n        try:\n            await websocket.send_text('gone')\n"
        f"            {last}\n        except Exception:\n            pass\n"
    )
    judgement = judge(_CONTROL, repo_of({"app/main.py": text}))
    assert [site.confidence.value for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(("name", "confidence"), [("shop_exists", "low"), ("orders_of", "high")])
def test_a_question_may_be_answered_with_nought(name: str, confidence: str) -> None:
    text = (
        f"import psycopg2\n\n\ndef {name}(shop):\n    try:\n        psycopg2.connect(shop).close()\n"
        "        return 1\n    except Exception:\n        return 0\n"
    )
    judgement = judge(_CONTROL, repo_of({"app/main.py": text}))
    assert [site.confidence.value for site in judgement.sites if not site.good] == [confidence]
