"""Which calls leave the process."""

from __future__ import annotations

from tests.repos import repo_of


def test_what_an_sdk_answers_is_read_without_a_call() -> None:
    text = (
        "import boto3\n\n\ndef names(bucket):\n    client = boto3.client('s3')\n"
        "    answer = client.list_objects_v2(Bucket=bucket)\n    return answer.get('Contents')\n"
    )
    assert [call.site.name for call in repo_of(text).outbound.calls] == ["boto3.client().list_objects_v2"]


def test_what_a_client_does_by_itself_is_no_call() -> None:
    text = (
        "import boto3\n\n\ndef links(bucket):\n    client = boto3.client('s3')\n"
        "    pages = client.get_paginator('list_objects_v2').paginate(Bucket=bucket)\n"
        "    return [client.generate_presigned_url('get_object', Params=page) for page in pages]\n"
    )
    assert [call.site.name for call in repo_of(text).outbound.calls] == ["boto3.client().get_paginator().paginate"]


def test_documents_of_a_store_are_fetched_by_get() -> None:
    text = (
        "from google.cloud import firestore\n\n\ndef order(key):\n"
        "    return firestore.Client().collection('orders').document(key).get()\n"
    )
    assert any(call.site.name.endswith(".get") for call in repo_of(text).outbound.calls)


def test_a_database_of_the_product_that_speaks_http_is_no_other_service() -> None:
    text = "import requests\n\n\ndef put(url):\n    return requests.put(url)\n"
    assert not repo_of({"shop/database/couchdb.py": text}).outbound.calls
    assert repo_of({"shop/clients/couchdb.py": text}).outbound.calls


def test_a_session_that_a_static_method_is_handed_by_name_is_looked_for_by_its_name() -> None:
    text = (
        "import requests\n\n\nclass Desk:\n    @staticmethod\n"
        "    def ask(session, url):\n        return session.get(url)\n\n\n"
        "def main():\n    return Desk.ask(url='https://shop.eu', session=requests.Session())\n"
    )
    assert [call.transport for call in repo_of(text).outbound.calls] == ["requests"]


_CLIENT = {
    "client/setup.py": "",
    "client/shopclient/__init__.py": "",
    "client/shopclient/api.py": ("import requests\n\n\ndef orders(url):\n    return requests.get(url)\n"),
}


def test_a_library_for_those_who_call_the_service_makes_no_calls_of_the_service() -> None:
    served = "import flask\n\napp = flask.Flask(__name__)\n"
    assert not repo_of({**_CLIENT, "shop/app.py": served}).outbound.calls
    assert repo_of(_CLIENT).outbound.calls
    assert repo_of({**_CLIENT, "shop/app.py": f"import shopclient.api\n{served}"}).outbound.calls
    assert repo_of({**_CLIENT, "client/shopclient/worker.py": "import celery\n", "shop/app.py": served}).outbound.calls


def test_a_client_that_asks_no_private_address_leaves_the_process_like_another() -> None:
    text = (
        "from requests_hardened import Config, Manager\n\n\ndef fetch(url):\n"
        "    manager = Manager(Config(default_timeout=5, never_redirect=True))\n"
        "    with manager.get_session() as session:\n        session.get(url)\n"
        "    return manager.send_request('GET', url)\n"
    )
    assert len(repo_of(text).outbound.calls) == 2
