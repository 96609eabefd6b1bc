"""Whether jobs of a queue survive failures and end in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity, Ward
from readiness_bot.repo import Repo


@Control(
    id="error-handling/background-jobs",
    title="Queued jobs are retried, and end in time",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why=(
        "A worker is killed at each deployment, and a job without a limit holds its worker for "
        "ever: both happen in the first week."
    ),
    impact="Jobs are lost without a trace, or a few that hang stop the whole queue.",
    fix=(
        "Acknowledge late, retry with backoff and limit the time: `task_acks_late = True`, "
        "`autoretry_for=(ConnectionError,)`, `task_time_limit = 300`."
    ),
    effort=Effort.DAY,
    role=Role.BACKEND,
    sources=["https://docs.celeryq.dev/en/stable/userguide/tasks.html#automatic-retry-for-known-exceptions"],
    passes=[
        (
            "from celery import Celery\n\napp = Celery('shop')\napp.conf.task_time_limit = 300\n\n\n"
            "@app.task(autoretry_for=(ConnectionError,), retry_backoff=True)\ndef charge(order):\n    "
            "return order\n"
        ),
        {
            "manage.py": (
                "import os\n\nimport django\n\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
            ),
            "shop/settings.py": (
                "INSTALLED_APPS = ['shop', 'django_q']\n"
                "Q_CLUSTER = {'name': 'shop', 'orm': 'default', 'timeout': 600, 'retry': 900}\n"
            ),
            "shop/views.py": (
                "from django.http import HttpResponse\nfrom django_q.tasks import AsyncTask\n\n"
                "from shop.charging import charge\n\n\ndef buy(request):\n    AsyncTask(charge, 3).run()\n"
                "    return HttpResponse()\n"
            ),
            "shop/charging.py": "def charge(order):\n    return order\n",
        },
        "import dramatiq\n\n\n@dramatiq.actor\ndef charge(order):\n    return order\n",
        {
            "shop/jobs.py": (
                "from celery import Celery\n\napp = Celery('shop')\napp.config_from_object('shop.queue')\n\n\n"
                "@app.task(autoretry_for=(ConnectionError,))\ndef charge(order):\n    return order\n"
            ),
            "shop/queue.py": "task_time_limit = 300\ntask_acks_late = True\n",
        },
    ],
    fails=[
        "from celery import Celery\n\napp = Celery('shop')\n\n\n@app.task\ndef charge(order):\n    return order\n",
        {
            "shop/jobs.py": (
                "from celery import Celery\n\napp = Celery('shop')\n\n\n@app.task\n"
                "def charge(order):\n    return order\n"
            ),
            "shop/store.py": "MAX_RETRIES = 5\nDEFAULT_TIMEOUT = 30\n",
        },
        (
            "from celery import Celery\n\napp = Celery('shop')\n\n\n@app.task(bind=True, max_retries=3)\n"
            "def charge(self, order):\n    return order\n\n\ndef wait():\n"
            "    app.connection_for_read().ensure_connection(max_retries=1)\n"
            "    return charge.delay(1).get(timeout=9)\n"
        ),
        {
            "shop/__init__.py": "",
            "shop/later.py": (
                "WAITING = {}\n\n\ndef job(function):\n    def put_off(*given):\n"
                "        Rows.add(function.__name__, given)\n\n"
                "    WAITING[function.__name__] = function\n    function.delay = put_off\n    return function\n"
            ),
            "shop/mail.py": (
                "from shop.later import job\n\n\n@job\ndef send(order):\n    return order\n\n\n"
                "def tell(order):\n    send.delay(order)\n"
            ),
        },
    ],
    fixed="from celery import Celery\n\napp = Celery('shop')\napp.conf.task_acks_late = True\n"
    "app.conf.task_time_limit = 300\n\n\n"
    "@app.task(autoretry_for=(ConnectionError,), retry_backoff=True)\ndef charge(order):\n    return order\n",
    partials=[
        (
            "from saq import CronJob, Queue\n\n\nasync def sweep(context):\n    return clean()\n\n\n"
            "settings = {'queue': Queue.from_url('redis://cache'), 'functions': [sweep],\n"
            "            'cron_jobs': [CronJob(sweep, cron='0 * * * *', timeout=600)]}\n"
        ),
        (
            "from celery.signals import worker_ready\nfrom company_utils.celery import CompanyCelery\n\n"
            "app = CompanyCelery()\n\n\n@app.task(bind=True, max_retries=5, default_retry_delay=300)\n"
            "def scan(self, name):\n    try:\n        return read(name)\n    except OSError:\n"
            "        self.retry()\n"
        ),
        (
            "from celery import Celery\n\napp = Celery('shop', task_time_limit=300)\n\n\n@app.task\n"
            "def charge(order):\n    return order\n"
        ),
    ],
    ignores=["import threading\n\nthreading.Thread(target=print).start()\n"],
)
def background_jobs(repo: Repo) -> Judgement:
    """Retries (or redelivery, dead letters) and time limits both pass; one of the two is partial.

    What is set for each job and for all of them is kept beside, so that a comparison can tell of what is gone.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


def _wards(repo: Repo) -> Iterator[Ward]:
    for one in repo.jobs.safeties:
        job = f"`{one.name}`" if one.name else "Every job of the queue"
        for thing, by, loss in (
            ("recovery", one.recovered_by, f"{job} is lost when it fails or its worker is killed"),
            ("limit", one.limited_by, f"{job} may hold its worker for ever"),
        ):
            yield Ward(one.location, f"{thing} of {one.name}", by, loss, ways=0 if by else 1)


def _judged(repo: Repo) -> Judgement:
    if not repo.jobs.exists:
        return not_applicable("No job queue: schedulers and tasks inside the process are none.")
    retried, limited = repo.jobs.recoveries, repo.jobs.limits
    if retried and limited:
        return passed("Jobs are tried again and limited in time.", *retried[:3], *limited[:3])
    if retried:
        return partial("Jobs are tried again, but nothing limits their time.", *retried[:5], score=0.5)
    if limited:
        return partial("Jobs are limited in time, but a failed one is lost.", *limited[:5], score=0.5)
    first = repo.jobs.evidence[0]
    return failed(
        "Jobs are neither tried again nor limited in time.",
        seen(first.path, first.line, first.detail),
        looked_in=["task options", "queue settings"],
    )
