"""What a path means, where its name alone does not tell."""

from __future__ import annotations

import pytest

from readiness_bot.model import Area
from readiness_bot.repo.areas import Areas
from tests.repos import repo_of

_SHELF = ["lib/requests/__init__.py", "lib/six.py", "lib/certifi/core.py", "lib/certifi/__init__.py", "lib/ours/a.py"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["lib/bs4/__init__.py", "lib/idna/__init__.py"], Area.VENDORED),
        (["lib/natsort/__init__.py", "lib/rarfile.py"], Area.VENDORED),
        (["lib/b.py"], Area.PRODUCTION),
        (["lib/redis.py", "lib/yaml.py"], Area.PRODUCTION),
    ],
)
def test_a_folder_of_well_known_libraries_is_a_place_for_copies(more: list[str], expected: Area) -> None:
    assert Areas([*_SHELF, *more, "shop/main.py"]).of("lib/ours/a.py") is expected


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["cherrypy/__init__.py", "mako/__init__.py"], Area.VENDORED),
        (["cherrypy/__init__.py"], Area.PRODUCTION),
        (["cherrypy/__init__.py", "mako/__init__.py", "cherrypy/models.py"], Area.PRODUCTION),
        (["cherrypy/__init__.py", "mako/__init__.py", *(f"cherrypy/{n}.py" for n in range(9))], Area.PRODUCTION),
    ],
)
def test_well_known_libraries_beside_the_product_are_copies(paths: list[str], expected: Area) -> None:
    product = [f"shop/part_{number}.py" for number in range(5)]
    assert Areas([*paths, *product, "shop/__init__.py"]).of("cherrypy/server.py") is expected


def test_an_unpacked_release_of_another_project_is_a_copy() -> None:
    areas = Areas(["convert/parser-0.1.5/PKG-INFO", "shop.egg-info/PKG-INFO", "PKG-INFO", "shop/main.py"])
    assert areas.of("convert/parser-0.1.5/parser/config.py") is Area.VENDORED
    assert areas.of("convert/main.py") is areas.of("shop/main.py") is Area.PRODUCTION


def test_a_copied_library_goes_by_its_own_name() -> None:
    names = ("requests", "six", "certifi", "idna", "bs4")
    files = {f"lib/{name}/__init__.py": "def get(url):\n    return url\n" for name in names}
    repo = repo_of({**files, "shop/main.py": "import requests\n\nrequests.get('https://example.org/')\n"})
    assert [site.name for site in repo.python.calls_of("get")] == ["requests.get"]


def test_versions_beside_an_environment_of_alembic_are_migrations() -> None:
    areas = Areas(["app/revisions/core/env.py", "app/revisions/core/script.py.mako"])
    assert areas.of("app/revisions/core/versions/2024_add.py") is Area.MIGRATION
    assert areas.of("app/revisions/core/env.py") is Area.MIGRATION
    assert areas.of("app/other/env.py") is Area.PRODUCTION
    assert areas.of("app/other/versions/2024_add.py") is Area.PRODUCTION


def test_module_beside_a_package_of_its_name_is_never_imported() -> None:
    areas = Areas(
        ["shop/__init__.py", "shop/auth.py", "shop/auth/__init__.py", "shop/cart.py", "run.py", "run/__init__.py"]
    )
    assert [areas.of(path) for path in ("shop/auth.py", "shop/auth/__init__.py", "shop/cart.py", "run.py")] == [
        Area.TOOLING,
        Area.PRODUCTION,
        Area.PRODUCTION,
        Area.PRODUCTION,
    ]


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("shop/agents/mock_agent.py", Area.EXAMPLE),
        ("shop/fakes/payment.py", Area.EXAMPLE),
        ("shop/mockups.py", Area.PRODUCTION),
        ("payment-gateway-mock/app/main.py", Area.EXAMPLE),
        ("deployment/cfn/stacks.py", Area.TOOLING),
        ("data/datasets/jokes/prepare.py", Area.TOOLING),
        ("archive/first_try.py", Area.TOOLING),
        ("backend/_archive/2024/first_try.py", Area.TOOLING),
        ("backend/archive/views.py", Area.PRODUCTION),
        ("shop/archived/views.py", Area.PRODUCTION),
        ("docker/shop-dev/entrypoint.py", Area.TOOLING),
        ("build/lib/shop/mail.py", Area.GENERATED),
        ("shop/static/js/upload/server/main.py", Area.VENDORED),
        ("shop/static/views.py", Area.PRODUCTION),
        ("extra_apps/panel/views.py", Area.VENDORED),
        ("build/lib.linux-x86_64-3.12/shop/mail.py", Area.GENERATED),
        ("shop/build/library.py", Area.TOOLING),
        ("shop/datasets.py", Area.PRODUCTION),
        (".rules/security/bad_requests.py", Area.TOOLING),
    ],
)
def test_stand_ins_and_what_deploys_are_no_production_code(path: str, area: Area) -> None:
    assert Areas([path, "shop/__init__.py"]).of(path) is area


def test_an_application_of_django_that_keeps_tutorials_in_tables_is_production() -> None:
    held = [f"tutorials/{name}" for name in ("models.py", "urls.py", "views.py", "migrations/__init__.py")]
    assert Areas([*held, "manage.py"]).of("tutorials/views.py") is Area.PRODUCTION
    assert Areas(held).of("tutorials/views.py") is Area.EXAMPLE


@pytest.mark.parametrize(("folder", "otherwise"), [("misc", Area.TOOLING), ("docs", Area.DOCUMENTATION)])
def test_an_application_of_django_is_production_whatever_its_folder_is_called(folder: str, otherwise: Area) -> None:
    held = [f"{folder}/{name}" for name in ("models.py", "urls.py", "migrations/__init__.py")]
    assert Areas(["manage.py", *held]).of(f"{folder}/urls.py") is Area.PRODUCTION
    assert Areas(["manage.py", *held[:2]]).of(f"{folder}/urls.py") is otherwise
    below = [f"{folder}/trial/{name}" for name in ("models.py", "urls.py", "migrations/__init__.py")]
    assert Areas(["manage.py", *below]).of(f"{folder}/trial/urls.py") is otherwise


def test_a_product_that_is_called_an_example_is_production() -> None:
    product = ["shop_example/__init__.py", "shop_example/orders.py", "shop_example/users.py", "manage.py"]
    assert Areas(product).of("shop_example/orders.py") is Area.PRODUCTION
    assert Areas([*product, *(f"shop/{name}.py" for name in "abcde")]).of("shop_example/orders.py") is Area.EXAMPLE


def test_a_project_beside_an_application_that_is_distributed_only_tries_it_out() -> None:
    paths = ["setup.py", "parcels/__init__.py", "parcels/apps.py", "project/manage.py", "project/shop/settings.py"]
    areas = Areas([*paths, "project/tests/test_all.py"])
    assert areas.of("project/shop/settings.py") is Area.EXAMPLE
    assert areas.of("project/tests/test_all.py") is Area.TEST
    assert areas.of("parcels/apps.py") is Area.PRODUCTION
    assert Areas(paths).of("project/shop/settings.py") is Area.PRODUCTION


def test_routes_that_others_put_into_their_projects_are_no_server() -> None:
    urls = "from django.urls import path\n\nfrom parcels.views import track\n\nurlpatterns = [path('track', track)]\n"
    tree = {
        "parcels/__init__.py": "",
        "parcels/apps.py": "",
        "parcels/urls.py": urls,
        "parcels/views.py": "def track(request):\n    return None\n",
        "tests/settings.py": "ROOT_URLCONF = 'tests.urls'\n",
        "tests/urls.py": "from django.urls import include, path\n\nurlpatterns = [path('', include('parcels.urls'))]\n",
    }
    assert not repo_of({**tree, "setup.py": "from setuptools import setup\n\nsetup()\n"}).services.is_server
    assert repo_of(tree).services.is_server


def test_an_image_that_starts_in_a_folder_of_tests_is_one_for_tests() -> None:
    dockerfile = 'FROM python:3.13\nCOPY . /code\nWORKDIR /code/tests/app\nCMD ["gunicorn", "shop.wsgi"]\n'
    tree = {"Dockerfile": dockerfile, "tests/app/shop/wsgi.py": "import django\n", "parcels/__init__.py": ""}
    assert [built.purpose for built in repo_of(tree).deployment.images] == ["test"]


def test_services_that_stand_in_for_others_are_no_production() -> None:
    assert Areas(["docker/mockservices/main.py", "shop/main.py"]).of("docker/mockservices/main.py") is Area.EXAMPLE


def test_file_that_makes_things_for_tests_is_tooling_wherever_it_lies() -> None:
    text = "import pytest\n\n\n@pytest.fixture(scope='session')\ndef shop():\n    return 1\n"
    (module,) = repo_of({"shop/plugin/shops.py": text}).python.modules.values()
    assert module.area is Area.TOOLING


def test_a_small_package_at_the_root_that_is_called_after_tools_is_for_tools_to_its_ground() -> None:
    product = ["shop/__init__.py", *(f"shop/part_{number}.py" for number in range(40))]
    tools = ["automation/__init__.py", "automation/deployment/__init__.py", "automation/deployment/deployer.py"]
    assert Areas([*product, *tools]).of("automation/deployment/deployer.py") is Area.TOOLING
    assert Areas(tools).of("automation/deployment/deployer.py") is Area.PRODUCTION
    # What is started has its neighbours with it.
    started = Areas([*product, *tools], started=["automation/deployment/worker.py"])
    assert started.of("automation/deployment/deployer.py") is Area.PRODUCTION
    assert Areas([*product, "shop/tools/__init__.py", "shop/tools/a.py"]).of("shop/tools/a.py") is Area.PRODUCTION


def test_a_module_beside_the_environment_of_alembic_is_the_services_own() -> None:
    areas = Areas(["app/migrations/env.py", "app/migrations/script.py.mako", "app/migrations/migrate.py"])
    assert areas.of("app/migrations/migrate.py") is Area.PRODUCTION
    assert areas.of("app/migrations/env.py") is Area.MIGRATION
    assert Areas(["app/migrations/0001_initial.py"]).of("app/migrations/0001_initial.py") is Area.MIGRATION


def test_an_application_that_holds_most_of_the_tree_is_the_product_whatever_it_is_called() -> None:
    paths = ["cookbook/__init__.py", "cookbook/views/pages.py", "cookbook/helper.py", "manage.py"]
    assert Areas([*paths, "cookbook/models.py"]).of("cookbook/helper.py") is Area.PRODUCTION
    assert Areas(paths).of("cookbook/helper.py") is Area.EXAMPLE


def test_files_that_say_in_their_names_that_they_are_generated_are() -> None:
    assert Areas(["shop/names_autogenerated.py"]).of("shop/names_autogenerated.py") is Area.GENERATED
    assert Areas(["shop/names_regenerated_once.py"]).of("shop/names_regenerated_once.py") is Area.PRODUCTION


def test_what_new_projects_are_made_from_is_no_code_of_the_service() -> None:
    assert Areas(["shop/conf/app_template/__init__.py"]).of("shop/conf/app_template/__init__.py") is Area.EXAMPLE
    assert Areas(["shop/templates/__init__.py"]).of("shop/templates/__init__.py") is Area.PRODUCTION


@pytest.mark.parametrize(
    ("beside", "area"),
    [
        (["website/__init__.py"], Area.PRODUCTION),
        (["website/manage.py", "website/shop/__init__.py"], Area.PRODUCTION),
        (["website/package.json", "website/plugins/check.py"], Area.DOCUMENTATION),
    ],
)
def test_a_website_that_is_a_package_serves_pages(beside: list[str], area: Area) -> None:
    assert Areas(["shop/__init__.py", *beside, "website/app.py"]).of("website/app.py") is area


@pytest.mark.parametrize("folder", ["locust-load-test/locust_scripts", "api_load_tests", "locust_users"])
def test_load_on_the_service_is_no_part_of_it(folder: str) -> None:
    product = ["shop/__init__.py", "shop/orders.py", f"{folder}/users.py"]
    assert Areas(product).of(f"{folder}/users.py") is Area.EXAMPLE


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("backups/2025-07-06_22-19/shop/orders.py", Area.TOOLING),
        ("backups/before-prices-20250706/shop/orders.py", Area.TOOLING),
        ("shop/api/backup_20250530115532/orders.py", Area.TOOLING),
        ("_archive_cleanup_2026-03-01/legacy/shop/orders.py", Area.TOOLING),
        ("archive_rooms/2026-03-01/orders.py", Area.PRODUCTION),
        ("not_in_use/orders.py", Area.TOOLING),
        ("backups/nightly.py", Area.PRODUCTION),
        ("shop/archive/models.py", Area.PRODUCTION),
        ("shop/unused/models.py", Area.PRODUCTION),
    ],
)
def test_dated_copies_and_what_nobody_uses_are_no_production(path: str, area: Area) -> None:
    tree = ["shop/__init__.py", "shop/unused/__init__.py", "shop/orders.py", path]
    assert Areas(tree).of(path) is area
    assert Areas(tree, started=[path]).of(path) is area
