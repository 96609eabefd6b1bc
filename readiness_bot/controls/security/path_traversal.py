"""Whether clients choose which files are opened, written or served."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Location, Role, Severity, Site, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.expressions import flattened, names_in
from readiness_bot.repo.flow_paths import Flow, asked_name, describe
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.values import IN_LOOP, Call, Const, Invoke, Name, Other

_OPENING: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(
        ("open", "io.open", "codecs.open", "os.open", "aiofiles.open", "anyio.open_file", "os.remove", "os.unlink",
         "os.rmdir", "os.removedirs", "os.listdir",
         "os.scandir", "os.makedirs", "os.mkdir", "shutil.rmtree", "flask.send_file", "quart.send_file",
         "fastapi.responses.FileResponse", "os.walk",
         "starlette.responses.FileResponse", "aiohttp.web.FileResponse",
         "sanic.response.file", "sanic.response.file_stream",
         "cherrypy.lib.static.serve_file", "cherrypy.lib.static.serve_download", "zipfile.ZipFile", "tarfile.open",
         "gzip.open", "bz2.open",
         "linecache.getlines", "runpy.run_path", "flask.send_from_directory", "os.startfile", "shutil.unpack_archive",
         "litestar.response.File",
         "fastapi.FileResponse", "aiofiles.os.remove", "cherrypy.lib.static.staticfile", "aiopath.AsyncPath().open"),
        (0,),
    ),
    **dict.fromkeys(
        ("shutil.copy", "shutil.copyfile", "shutil.copy2", "shutil.copytree", "shutil.move", "os.rename", "os.replace",
         "os.symlink", "os.link"),
        (0, 1),
    ),
    **dict.fromkeys(("pkg_resources.resource_string", "pkg_resources.resource_stream", "pkgutil.get_data"), (1,)),
    **dict.fromkeys((f"pandas.read_{kind}" for kind in ("csv", "table", "excel", "fwf", "parquet", "pickle")), (0,)),
}  # fmt: skip
_OF_PATHS = frozenset(
    {
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "unlink",
        "rmdir",
        "mkdir",
        "iterdir",
        "touch",
        "open",
        "rglob",
    }
)
_PATHS = ("pathlib", "anyio", "aiofiles", "upath", "cloudpathlib")
"""Packages whose paths are objects."""
_CONTAINED = re.compile(
    r"^(contained|file-name|!in:(\.\.|/|\\|\.\./)|via:.*(commonpath|commonprefix|realpath|abspath|normpath|resolve|relative_to|dirname|basename|parents)"
    r"|via:.*:contained$|via:.*(\.path|join|storage\S*):(==|in)$|yes:.*(startswith|is_relative_to)|passed:.*relative_to|in|==|no:.*isabs.*)"
)
_BY_CALL = re.compile(r"^via:.*(realpath|abspath|normpath|resolve)\S*:!?call:\d+$")
_EXISTING = re.compile(r"(exists|isfile|isdir|is_file|is_dir|access)$")
_OF_KINDS = re.compile(
    r"(exten[st]ion|_ext|suffix|mime|file_?type|content_type|size|allowed_(file|image|picture)|exists|isfile|isdir|"
    r"is_file|is_dir|connection)\w*$",
    re.IGNORECASE,
)
"""Checks of a file's kind, or of a peer: `report.pdf` and `../report.pdf` are the same to them."""
_ONE_FILE = re.compile(r"^/[^\0]*[^\0/]$")
"""A file of one name below a directory that a client names: no other file can be reached."""
_BEGUN = re.compile(r"^starts:[^/\\\0]+$")
"""A name that begins with a text of its own: what follows is a folder that would have to be there."""
_JUDGED = re.compile(r"^via:.*:.*:(==|in)$")
"""What a function of the tree made of the value was compared: `kind_of(name) == "csv"`."""


@Control(
    id="security/path-traversal",
    counterpart=lambda repo, ward: _counterpart(repo, ward),  # noqa: PLW0108 - it stands further down
    title="Files are opened and served only below the directory they belong to",
    kind=Kind.DEFECT,
    severity=Severity.HIGH,
    why="A name from a client may hold `../` or be an absolute path, which joining to a directory does not stop.",
    impact="Source code, keys and other people's files can be read, or files of the service overwritten, up to "
    "running code in it.",
    fix="Keep the last part only, `Path(name).name` or `secure_filename(name)`, or resolve the path and check "
    "`path.is_relative_to(base)`.",
    effort=Effort.HOURS,
    role=Role.SECURITY,
    sources=[
        "https://owasp.org/www-community/attacks/Path_Traversal",
        "https://cwe.mitre.org/data/definitions/22.html",
    ],
    fails=[
        (
            "from pathlib import Path\n\nfrom fastapi import Depends, FastAPI\nfrom pydantic import BaseModel\n\n"
            "app = FastAPI()\n\n\nclass Places(BaseModel):\n    folder: Path\n\n\n"
            "class Shelf:\n    def __init__(self, places: Places):\n        self.places = places\n\n"
            "    def empty(self):\n        open(self.places.folder, 'w').close()  # <- flagged\n\n\n"
            "@app.delete('/papers')\ndef emptied(shelf: Shelf = Depends()):\n    shelf.empty()\n"
        ),
        (
            "import os\nfrom typing import Annotated\n\nfrom fastapi import FastAPI, Query\n"
            "from fastapi.responses import FileResponse\n\napp = FastAPI()\n\n\n"
            "@app.get('/papers')\ndef read(name: Annotated[str, Query(pattern='^[^;]+$')]):\n"
            "    return FileResponse(os.path.join('/srv/papers', name))  # <- flagged\n"
        ),
        {
            "shop/forms.py": (
                "from flask_wtf import FlaskForm\nfrom flask_wtf.file import FileRequired\n"
                "from wtforms import FileField\n\n\n"
                "class PaperForm(FlaskForm):\n    paper = FileField('Paper', validators=[FileRequired()])\n"
            ),
            "shop/main.py": (
                "import os\n\nfrom flask import Flask\n\nfrom shop.forms import PaperForm\n\n"
                "app = Flask(__name__)\n\n\ndef keep(paper):\n    place = os.path.join('/srv/papers', paper.filename)\n"
                "    with open(place, 'wb') as kept:  # <- flagged\n        kept.write(paper.read())\n\n\n"
                "@app.post('/papers')\ndef brought():\n    form = PaperForm()\n    if form.validate_on_submit():\n"
                "        keep(form.paper.data)\n    return ''\n"
            ),
        },
        (
            "import os\nfrom fastapi import FastAPI, File, UploadFile\n\napp = FastAPI()\n\n\n@app.post('/papers')\n"
            "async def papers(files: list[UploadFile] = File(...)):\n    for file in files:\n"
            "        with open(os.path.join('/srv/papers', file.filename), 'wb') as kept:  # <- flagged\n"
            "            kept.write(await file.read())\n"
        ),
        (
            "import shutil\n\nfrom flask import Flask, request\n\nfrom shop.peers import check_connection\n\n"
            "app = Flask(__name__)\n\n\n@app.post('/peers')\ndef add():\n    peer = request.json['peer']\n"
            "    check_connection(peer)\n    shutil.copy(peer['certificate'], '/srv/peers')  # <- flagged\n"
            "    return ''\n"
        ),
        (
            "import base64\n\nfrom fastapi import FastAPI\nfrom fastapi.responses import FileResponse\n\n"
            "app = FastAPI()\n\n\n"
            "def place_of(key):\n    return '/srv/files/' + base64.urlsafe_b64decode(key).decode()\n\n\n"
            "@app.get('/files/{key}')\ndef file(key: str):\n"
            "    return FileResponse(place_of(key))  # <- flagged\n"
        ),
        (
            "from pathlib import Path\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "ROOT = Path('/srv/reports').resolve()\n"
            "@app.get('/report')\n"
            "def report():\n"
            "    return ROOT.joinpath(request.args['name']).read_text()  # <- flagged\n"
            "@app.get('/kept')\n"
            "def kept():\n"
            "    path = ROOT.joinpath(request.args['name']).resolve()\n"
            "    if path != ROOT and ROOT not in path.parents:\n"
            "        raise ValueError(path)\n"
            "    return path.read_text()\n"
            "@app.get('/page')\n"
            "def page():\n"
            "    name = '/'.join(('/srv/pages', request.args['name']))\n"
            "    if not Path('/srv/pages') in Path(name).resolve().parents:\n"
            "        raise ValueError(name)\n"
            "    return open(name).read()\n"
        ),
        (
            "import os\n"
            "import pandas as pd\n"
            "from tornado.web import Application, RequestHandler\n"
            "class Sheets(RequestHandler):\n"
            "    def check_extension(self, name):\n"
            "        if not name.endswith('.csv'):\n"
            "            raise ValueError(name)\n"
            "    def post(self):\n"
            "        name = self.get_argument('name')\n"
            "        self.check_extension(name)\n"
            "        path = os.path.join('/srv/sheets', name)\n"
            "        open(path, 'ab').close()  # <- flagged\n"
            "        self.write(str(pd.read_csv(path)))  # <- flagged\n"
            "    def put(self):\n"
            "        for parts in self.request.files.values():\n"
            "            for part in parts:\n"
            "                path = os.path.abspath(os.path.join('/srv/sheets', part['filename']))\n"
            "                if not os.path.exists(path):\n"
            "                    open(path, 'wb').close()  # <- flagged\n"
            "class Sheet(RequestHandler):\n"
            "    def get(self, name):\n"
            "        self.write(open('/srv/sheets/' + name).read())  # <- flagged\n"
            "application = Application([(r'/sheets', Sheets), (r'/sheets/(.+)', Sheet)])\n"
        ),
        (
            "import cherrypy\nclass Commands:\n    def take(self, **values):\n"
            "        self.command = values.pop('command')\n        self.values = values\n    def run(self):\n"
            "        return getattr(self, 'do_' + self.command)(**self.values)\n"
            "    def do_show(self, **values):\n"
            "        return open('/srv/notes/' + values['note']).read()  # <- flagged\n"
            "class Pages:\n    @cherrypy.expose\n    def command(self, **values):\n        commands = Commands()\n"
            "        commands.take(**values)\n        return commands.run()\n"
        ),
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import re_path\n\nfrom shop import views\n\n"
                "urlpatterns = [re_path(r'^pages/(?P<name>.+)$', views.page)]\n"
            ),
            "shop/views.py": (
                "from django.http import FileResponse\n\n\ndef page(request, name):\n"
                "    return FileResponse(open('/srv/pages/' + name, 'rb'))  # <- flagged\n"
            ),
        },
        (
            "import os\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "@app.get('/report')\n"
            "def report():\n"
            "    path = os.path.join('/srv/reports', request.args['name'])\n"
            "    with open(path) as file:  # <- flagged\n"
            "        return file.read()\n"
        ),
        (
            "from pathlib import Path\n"
            "from fastapi import FastAPI, UploadFile\n"
            "app = FastAPI()\n"
            "@app.post('/files')\n"
            "async def upload(file: UploadFile):\n"
            "    target = Path('/srv/files') / file.filename\n"
            "    target.write_bytes(await file.read())  # <- flagged\n"
        ),
        (
            "import os\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "KINDS = {'png', 'jpg'}\n"
            "@app.post('/pictures')\n"
            "def keep():\n"
            "    file = request.files['picture']\n"
            "    if '.' in file.filename and file.filename.rsplit('.', 1)[1].lower() in KINDS:\n"
            "        file.save(os.path.join('/srv/pictures', file.filename))  # <- flagged\n"
            "@app.post('/notes')\n"
            "def note():\n"
            "    name = request.form['name']\n"
            "    if name[-4:] != '.txt':\n"
            "        return ''\n"
            "    open('/srv/notes/' + name, 'w').close()  # <- flagged\n"
            "@app.post('/pages')\n"
            "def page():\n"
            "    name = request.form['name']\n"
            "    number = int(name.split('-')[0])\n"
            "    size = int(request.form['size']) if number else 0\n"
            "    open(f'/srv/{name}', 'w').close()  # <- flagged\n"
            "    open('/srv/' + request.form['size'], 'w').close()  # <- flagged\n"
            "@app.post('/frames')\n"
            "def frame():\n"
            "    kind = request.form['name'].split('.')[-1]\n"
            "    if kind not in KINDS:\n"
            "        return ''\n"
            "    open('/srv/frame.' + kind, 'w').close()\n"
            "@app.post('/folders')\n"
            "def folder():\n"
            "    for part in request.form['path'].split('/'):\n"
            "        if part not in FOLDERS:\n"
            "            return ''\n"
            "    os.makedirs('/srv/folders/' + request.form['path'])\n"
        ),
        (
            "import os\n"
            "import cherrypy\n"
            "from cherrypy.lib.static import serve_file\n"
            "class Pages:\n"
            "    @cherrypy.expose\n"
            "    def images(self, *parts):\n"
            "        return serve_file(path=os.path.join('/srv/images', *parts))  # <- flagged\n"
        ),
        (
            "import graphene\n\n\nclass Keep(graphene.Mutation):\n    class Arguments:\n"
            "        name = graphene.String(required=True)\n        size = graphene.Int()\n\n"
            "    ok = graphene.Boolean()\n\n    def mutate(self, info, name, size=0):\n"
            "        with open(f'pages/{size}'):\n            pass\n"
            "        open('pages/' + name)  # <- flagged\n        return Keep(ok=True)\n"
        ),
        (
            "import strawberry\n\n\n@strawberry.type\nclass Query:\n    @strawberry.field\n"
            "    def page(self, name: str, number: int) -> str:\n        open(f'pages/{number}').close()\n"
            "        return open(f'pages/{name}').read()  # <- flagged\n"
        ),
        {
            "shop/app.py": ("import connexion\n\napp = connexion.FlaskApp(__name__)\napp.add_api('openapi.yaml')\n"),
            "shop/papers.py": (
                "def show(wanted, folder):\n    with open(wanted['name']) as paper:  # <- flagged\n"
                "        return paper.read()\n\n\ndef listed(folder, kind):\n"
                "    return [open(f'/srv/papers/{folder}/index').read(),  # <- flagged\n"
                "            open(f'/srv/papers/{kind}').read()]\n"
            ),
            "shop/openapi.yaml": (
                "openapi: 3.0.0\ninfo: {title: Shop, version: '1'}\npaths:\n  /papers:\n    post:\n"
                "      operationId: shop.papers.show\n      requestBody:\n        x-body-name: wanted\n"
                "        content: {application/json: {schema: {type: object}}}\n"
                "    get:\n      operationId: shop.papers.listed\n      parameters:\n"
                "        - $ref: '#/components/parameters/Folder'\n"
                "        - {in: query, name: kind, schema: {type: string, enum: [bill, offer]}}\n"
                "components:\n  parameters:\n    Folder: {in: query, name: folder, schema: {type: string}}\n"
            ),
        },
        (
            "from pathlib import Path\n\nfrom fastapi import FastAPI\n"
            "from fastapi.responses import StreamingResponse\n\napp = FastAPI()\n\n\n"
            "@app.get('/logs')\ndef lines(name: str):\n    path = Path('/srv/logs') / name\n\n"
            "    def read():\n        with open(path) as log:  # <- flagged\n"
            "            yield from log\n\n    return StreamingResponse(read())\n"
        ),
        (
            "import asyncio\nimport os\n\nfrom flask import Flask, request\n\n"
            "app = Flask(__name__)\n\n\nclass Plans:\n    def write(self, name, content):\n"
            "        with open(os.path.join('/srv/plans', name), 'wb') as kept:  # <- flagged\n"
            "            kept.write(content)\n\n    async def keep(self):\n"
            "        loop = asyncio.get_running_loop()\n"
            "        await loop.run_in_executor(None, self.write, request.args['name'], b'')\n\n"
            "\n@app.post('/plans')\nasync def keep():\n    await Plans().keep()\n    return ''\n"
        ),
        (
            "from flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\ndef reader_of(name):\n"
            "    readers = loaded()\n    return readers.get(name, None)\n\n\n"
            "@app.post('/filled')\ndef filled():\n    for name in request.json['names']:\n"
            "        reader = reader_of(name)\n        if reader:\n"
            "            with open(f'/srv/{name}') as lines:  # <- flagged\n"
            "                reader(lines)\n        else:\n            abort(406)\n    return ''\n"
        ),
    ],
    passes=[
        (
            "from pathlib import Path\n\nfrom fastapi import Depends, FastAPI\nfrom pydantic import BaseModel\n\n"
            "app = FastAPI()\n\n\nclass Places(BaseModel):\n    folder: Path\n\n\n"
            "class Parts:\n    def __getitem__(self, kind):\n        return Depends(lambda: made[kind])\n\n\n"
            "parts = Parts()\nmade = {}\n\n\nclass Shelf:\n    def __init__(self, places: Places = parts[Places]):\n"
            "        self.places = places\n\n    def empty(self):\n        open(self.places.folder, 'w').close()\n\n\n"
            "@app.delete('/papers')\ndef emptied(shelf: Shelf = Depends()):\n    shelf.empty()\n"
        ),
        (
            "from flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\ndef reader_of(name):\n"
            "    readers = {'stock.txt': stock, 'prices.txt': prices}\n    return readers.get(name, None)\n\n\n"
            "@app.post('/filled')\ndef filled():\n    for name in request.json['names']:\n"
            "        reader = reader_of(name)\n        if reader:\n            with open(f'/srv/{name}') as lines:\n"
            "                reader(lines)\n        else:\n            abort(406)\n    return ''\n"
        ),
        (
            "import asyncio\nimport os\n\nfrom flask import Flask, request\n\n"
            "app = Flask(__name__)\n\n\nclass Plans:\n    def write(self, name, content):\n"
            "        with open(os.path.join('/srv/plans', name), 'wb') as kept:\n"
            "            kept.write(content)\n\n    async def keep(self):\n"
            "        loop = asyncio.get_running_loop()\n"
            "        await loop.run_in_executor(None, self.write, 'current', request.args['plan'])\n"
            "\n\n@app.post('/plans')\nasync def keep():\n    await Plans().keep()\n"
            "    return ''\n"
        ),
        (
            "from pathlib import Path\n\nfrom fastapi import FastAPI, HTTPException\n"
            "from fastapi.responses import StreamingResponse\n\napp = FastAPI()\n"
            "LOGS = Path('/srv/logs')\n\n\n@app.get('/logs')\ndef lines(name: str):\n"
            "    path = (LOGS / name).resolve()\n    if not path.is_relative_to(LOGS):\n"
            "        raise HTTPException(404)\n\n    def read():\n"
            "        with open(path) as log:\n            yield from log\n\n"
            "    return StreamingResponse(read())\n"
        ),
        (
            "from pathlib import Path\n\nfrom fastapi import FastAPI\n"
            "from pydantic import BaseModel\n\napp = FastAPI()\n\n\nclass Item(BaseModel):\n"
            "    path: str\n\n\n@app.post('/scrape')\ndef scrape(item: Item):\n"
            "    def keep(path: Path, content: bytes):\n"
            "        (Path('/srv/kept') / f'{path.name}.part').write_bytes(content)\n\n"
            "    keep(Path(item.path), b'')\n"
        ),
        (
            "import re\nfrom pathlib import Path\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n"
            "DIGEST = re.compile(r'^[0-9a-f]{40}$')\n\n\ndef is_digest(text):\n    found = DIGEST.match(text)\n"
            "    if not found:\n        print('no digest')\n    return found\n\n\n"
            "@app.post('/papers')\ndef paper():\n    digest = request.form['digest']\n"
            "    if not is_digest(digest):\n        return 'no such paper'\n"
            "    return (Path('/srv/papers') / digest / 'paper.txt').read_text()\n"
        ),
        (
            "import os\nfrom typing import Annotated\n\nfrom fastapi import FastAPI, Query\n"
            "from fastapi.responses import FileResponse\nfrom pydantic import BaseModel, Field\n\napp = FastAPI()\n"
            "NAME = r'^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$'\n\n\n"
            "class Ids:\n    META = {'min_length': 8, 'regex': '^[0-9a-f]{8}$'}\n\n\n"
            "class Paper(BaseModel):\n    name: str = Field(..., pattern=NAME)\n"
            "    number: Annotated[str, Field(**Ids.META)]\n\n\n"
            "@app.post('/papers')\ndef write(paper: Paper):\n"
            "    path = os.path.join('/srv/papers', paper.number, paper.name)\n"
            "    with open(path, 'w') as kept:\n        kept.write('')\n\n\n"
            "@app.get('/papers')\ndef read(name: Annotated[str, Query(pattern=NAME)]):\n"
            "    return FileResponse(os.path.join('/srv/papers', name))\n"
        ),
        (
            "import os\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.post('/plans')\ndef keep():\n    file = request.files['plan']\n"
            "    with open(os.path.join('/srv/plans', file.name), 'wb'):\n"
            "        return ''\n"
        ),
        (
            "import os\nimport uuid\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.post('/pictures')\ndef keep():\n    file = request.files['picture']\n"
            "    ending = os.path.splitext(file.filename)[1].lower()\n"
            "    with open(os.path.join('/srv/pictures', uuid.uuid4().hex + ending), 'wb') as kept:\n"
            "        kept.write(file.read())\n    return ''\n"
        ),
        (
            "import os\n\nfrom flask import Flask, request, send_file\n\napp = Flask(__name__)\n\n\n"
            "def place_of(name):\n    base = os.path.realpath('/srv/notes')\n"
            "    place = os.path.realpath(os.path.join(base, name))\n"
            "    if place != base and not place.startswith(base + os.sep):\n        raise ValueError(name)\n"
            "    return place\n\n\n@app.get('/notes')\ndef note():\n"
            "    return send_file(place_of(request.args['name']))\n"
        ),
        (
            "import os\n\nfrom django.http import HttpResponse\n\n\ndef keep(request):\n"
            "    file = request.FILES.get('plan')\n"
            "    with open(os.path.join('/srv/plans', file.name), 'wb') as kept:\n        kept.write(file.read())\n"
            "    return HttpResponse()\n"
        ),
        (
            "import os\n"
            "import uuid\n"
            "from flask import Flask, abort, request, send_file\n"
            "app = Flask(__name__)\n"
            "def authorize_track(path, case):\n"
            "    for track in case.tracks:\n"
            "        if path == track.path:\n"
            "            return True\n"
            "    return False\n"
            "@app.get('/picture')\n"
            "def picture():\n"
            "    if request.args.get('path') in load_pictures():\n"
            "        return send_file(request.args.get('path'))\n"
            "@app.get('/order')\n"
            "def order():\n"
            "    key = request.args['key']\n"
            "    uuid.UUID(key)\n"
            "    return send_file('/srv/orders/' + key)\n"
            "@app.get('/study')\n"
            "def study():\n"
            "    number = request.args['number']\n"
            "    try:\n"
            "        found = load_study(int(number))\n"
            "    except ValueError:\n"
            "        abort(404)\n"
            "    return send_file(f'/srv/studies/{number}/{found.name}')\n"
            "@app.get('/country')\n"
            "def country():\n"
            "    code = request.args['code'].lower()\n"
            "    if len(code) != 2 and code != 'world':\n"
            "        abort(404)\n"
            "    return send_file(f'/srv/countries/{code}.csv')\n"
            "@app.get('/sample')\n"
            "def sample():\n"
            "    language = request.args['language']\n"
            "    path = '/srv/samples/' + language\n"
            "    ending = {'python': 'py', 'go': 'go'}[language]\n"
            "    return send_file(path + '/sample.' + ending)\n"
            "@app.get('/part/<path:name>')\n"
            "def part(name):\n"
            "    if os.path.commonpath((os.path.join('/srv/parts', name), '/srv/parts')) != '/srv/parts':\n"
            "        abort(404)\n"
            "    return send_file(os.path.join('/srv/parts', name))\n"
            "@app.get('/document')\n"
            "def document():\n"
            "    is_known = request.args['path'] in load_documents()\n"
            "    if not is_known:\n"
            "        abort(404)\n"
            "    return send_file(request.args['path'])\n"
        ),
        (
            "import os\n"
            "from flask import Flask\n"
            "app = Flask(__name__)\n"
            "class StaticFile:\n"
            "    def __init__(self, root, path):\n"
            "        path = os.path.normpath(os.path.join(root, path))\n"
            "        if os.path.commonprefix([root, path]) != root:\n"
            "            raise ValueError(path)\n"
            "        self.path = path\n"
            "    def read(self):\n"
            "        return open(self.path).read()\n"
            "@app.get('/static/<path:name>')\n"
            "def static(name):\n"
            "    return StaticFile('/srv/static', name).read()\n"
        ),
        (
            "import shutil\n"
            "from pathlib import Path\n"
            "from fastapi import FastAPI, File\n"
            "from pydantic import BaseModel, field_validator\n"
            "app = FastAPI()\n"
            "KNOWN = {'de', 'en'}\n"
            "class Seed(BaseModel):\n"
            "    locale: str\n"
            "    @field_validator('locale')\n"
            "    def known(cls, value):\n"
            "        if value not in KNOWN:\n"
            "            raise ValueError('unknown locale')\n"
            "        return value\n"
            "@app.post('/seeds')\n"
            "def seed(data: Seed):\n"
            "    return Path('seeds', f'{data.locale}.json').read_text()\n"
            "@app.post('/images')\n"
            "def upload(image: bytes = File()):\n"
            "    if isinstance(image, Path):\n"
            "        shutil.copy2(image, 'image')\n"
        ),
        (
            "from pathlib import Path\n"
            "from fastapi import FastAPI, HTTPException, UploadFile\n"
            "app = FastAPI()\n"
            "BASE = Path('/srv/files')\n"
            "@app.post('/files')\n"
            "async def upload(file: UploadFile):\n"
            "    (BASE / Path(file.filename).name).write_bytes(await file.read())\n"
            "@app.get('/files/{path:path}')\n"
            "async def download(path: str):\n"
            "    target = (BASE / path).resolve()\n"
            "    if not target.is_relative_to(BASE):\n"
            "        raise HTTPException(404)\n"
            "    return target.read_bytes()\n"
        ),
        ("import sys\n\nname = sys.argv[1]\nif '..' in name:\n    sys.exit('no')\nprint(open(name).read())\n"),
    ],
    partials=[
        (
            "from os.path import join\nfrom uuid import uuid4\n\nfrom aiohttp import web\n\n"
            "routes = web.RouteTableDef()\n\n\n@routes.post('/pictures')\nasync def keep(request):\n"
            "    picture = (await request.post())['picture']\n    name = str(uuid4()) + picture.filename\n"
            "    with open(join('/srv/pictures', name), 'wb') as kept:  # <- flagged\n"
            "        kept.write(picture.file.read())\n    return web.Response()\n"
        ),
        {
            "shop/cookies.py": (
                "import os\n\n\nclass Cookie:\n    def __init__(self, key):\n        self.key = key\n\n"
                "    def is_known(self):\n        return self.key in KEPT\n\n"
                "    def drop(self):\n        os.remove(os.path.join('/srv/cookies', self.key))  # <- flagged\n"
            ),
            "shop/app.py": (
                "from flask import Flask, request\n\nfrom shop.cookies import KEPT, Cookie\n\n"
                "app = Flask(__name__)\n\n\n@app.post('/cookies')\ndef known():\n"
                "    return {'known': Cookie(request.json['key']).is_known()}\n\n\n"
                "@app.delete('/cookies')\ndef clear():\n    for key in KEPT:\n        Cookie(key).drop()\n"
                "    return ''\n"
            ),
        },
        (
            "import os\n\nfrom flask import Flask, abort, send_file\n\napp = Flask(__name__)\n"
            "PAGES = ('index.html', 'about.html')\n\n\n@app.get('/<path:name>')\ndef page(name):\n"
            "    if name in PAGES or name.startswith('worker-'):\n"
            "        return send_file(os.path.join('/srv/pages', name))  # <- flagged\n    abort(404)\n"
        ),
        (
            "import os\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "def kind_of(name):\n"
            "    return KINDS[name]\n"
            "@app.get('/sheet')\n"
            "def sheet():\n"
            "    name = request.args['name']\n"
            "    kind = kind_of(name)\n"
            "    if kind == 'csv':\n"
            "        return open('/srv/sheets/' + name).read()  # <- flagged\n"
            "    return ''\n"
            "@app.get('/messages')\n"
            "def messages():\n"
            "    return open(f'/srv/locale/{request.args[\"language\"]}/messages.json').read()  # <- flagged\n"
            "class Thing:\n"
            "    def __init__(self, kind, key):\n"
            "        self.key = key\n"
            "class Title(Thing):\n"
            "    def __init__(self, key):\n"
            "        super().__init__('title', key)\n"
            "class Scan(Thing):\n"
            "    def __init__(self, key):\n"
            "        super().__init__('scan', key)\n"
            "    def is_known(self):\n"
            "        return self.key in load_scans()\n"
            "    def content(self):\n"
            "        return open('/srv/scans/' + self.key).read()  # <- flagged\n"
            "@app.get('/scan')\n"
            "def scan():\n"
            "    return str(Scan(request.args['scan']).is_known()) + Title(request.args['title']).key\n"
            "class Jar:\n"
            "    def __init__(self, key):\n"
            "        self.key = key\n"
            "    def exists(self):\n"
            "        return self.key in load_jars()\n"
            "    def drop(self):\n"
            "        os.remove('/srv/jars/' + self.key)  # <- flagged\n"
            "@app.post('/jar')\n"
            "def jar():\n"
            "    found = Jar(request.form['jar'])\n"
            "    if not found.exists():\n"
            "        return ''\n"
            "    found.drop()\n"
            "class Shelf:\n"
            "    def find(self, key):\n"
            "        self.key = key\n"
            "        self.keep()\n"
            "    def drop(self, key):\n"
            "        self.key = key\n"
            "    def keep(self):\n"
            "        return open('/srv/shelf/' + self.key)  # <- flagged\n"
            "@app.post('/shelf')\n"
            "def shelf():\n"
            "    Shelf().drop(request.form['key'])\n"
            "def keeps_inside(path):\n"
            "    return os.path.realpath(path).startswith('/srv/notes/')\n"
            "@app.get('/note')\n"
            "def note():\n"
            "    path = os.path.join('/srv/notes', request.args['note'])\n"
            "    if not keeps_inside(path):\n"
            "        return ''\n"
            "    return open(path).read()  # <- flagged\n"
            "@app.get('/folders')\n"
            "def folders():\n"
            "    return os.listdir(request.args['path'])  # <- flagged\n"
            "def content(file):\n"
            "    if isinstance(file, str):\n"
            "        return open(file).read()  # <- flagged\n"
            "    return file.read()\n"
            "@app.post('/sheet')\n"
            "def keep():\n"
            "    return content(request.get_json()['file'])\n"
        ),
    ],
    fixed="import os\n"
    "from flask import Flask, request\n"
    "from werkzeug.utils import secure_filename\n"
    "app = Flask(__name__)\n"
    "@app.get('/report')\n"
    "def report():\n"
    "    path = os.path.join('/srv/reports', secure_filename(request.args['name']))\n"
    "    with open(path) as file:\n"
    "        return file.read()\n",
    ignores=[
        (
            "from flask import Flask, request\n\nfrom shop.models import Visit\n\napp = Flask(__name__)\n\n\n"
            "@app.post('/visits')\ndef seen():\n    visit = Visit(request.json['name'])\n    visit.touch()\n"
            "    return ''\n"
        ),
        {
            "shop/settings.py": "import django\n\nINSTALLED_APPS = ['shop']\nROOT_URLCONF = 'shop.urls'\n",
            "shop/films.py": (
                "import json\nimport os\n\nfrom rest_framework import serializers\n\n\n"
                "class FilmSerializer(serializers.Serializer):\n    key = serializers.CharField()\n\n\n"
                "class Embedded:\n    def __init__(self, path):\n        self.path = path\n\n"
                "    def keep(self):\n        with open(self.path) as file:\n            told = json.load(file)\n"
                "        serializer = FilmSerializer(data=told)\n        serializer.is_valid(raise_exception=True)\n"
                "        os.makedirs(os.path.join('/srv/films', serializer.data['key']))\n"
            ),
            "shop/views.py": (
                "from rest_framework.response import Response\nfrom rest_framework.views import APIView\n\n"
                "from shop.films import Embedded\n\n\nclass ScanApi(APIView):\n    def post(self, request):\n"
                "        Embedded('/srv/new/film.json').keep()\n        return Response()\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.views import ScanApi\n\n"
                "urlpatterns = [path('scan/', ScanApi.as_view())]\n"
            ),
        },
        (
            "import os\nfrom uuid import uuid4\nfrom flask import Flask, request\napp = Flask(__name__)\n"
            "@app.post('/films')\ndef film():\n    film = request.files['film']\n"
            "    name = uuid4().hex + '.' + film.filename.split('.')[-1].lower()\n"
            "    film.save(os.path.join('/srv/films', name))\n    os.remove(os.path.join('/srv/films', name))\n"
            "    os.remove('/srv/films/new' + film.filename[-4:])\n    return ''\n"
        ),
        (
            "import os\nimport re\nfrom flask import Flask, abort, request\napp = Flask(__name__)\n"
            "@app.post('/projects')\ndef project():\n    name = request.form['name']\n"
            "    if re.search('^[0-9]', name) or re.search('[^A-Za-z0-9]', name):\n        abort(400)\n"
            "    os.makedirs(os.path.join('/srv/projects', name))\n    return ''\n"
        ),
        (
            "import os\nfrom flask import Flask, request\napp = Flask(__name__)\n@app.post('/shelves')\ndef shelf():\n"
            "    name = request.form['name'].strip().replace('.', '').replace(' ', '_').replace('/', '').lower()\n"
            "    os.makedirs('/srv/shelves/{name}/'.format(name=name))\n    return ''\n"
        ),
        (
            "from io import StringIO\n\nfrom django.http import FileResponse\n\n\ndef script(request):\n"
            "    with StringIO('run --as ' + request.GET['role']) as text:\n"
            "        return FileResponse(text.read(), as_attachment=True)\n"
        ),
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop import views\n\nurlpatterns = [path('scan/', views.scan)]\n"
            ),
            "shop/forms.py": (
                "import uuid\n\nfrom django import forms\n\n\nclass Scan(forms.Form):\n"
                "    file = forms.FileField()\n\n    def clean(self):\n"
                "        self.cleaned_data['kept'] = f'/tmp/{uuid.uuid4().hex}'\n        return self.cleaned_data\n"
            ),
            "shop/views.py": (
                "import os\n\nfrom django.http import HttpResponse\n\nfrom shop.forms import Scan\n\n\n"
                "def scan(request):\n    form = Scan(request.POST, request.FILES)\n    if form.is_valid():\n"
                "        os.remove(form.cleaned_data['kept'])\n    return HttpResponse()\n"
            ),
        },
        "print('no file')\n",
        (
            "from pathlib import Path\n"
            "from rest_framework.views import APIView\n"
            "class Pictures(APIView):\n"
            "    def post(self, request):\n"
            "        Path(request.data['picture'].temporary_file_path()).unlink()\n"
        ),
        (
            "from django.core.files.storage import FileSystemStorage\n\nstorage = FileSystemStorage('/srv/files')\n\n\n"
            "def keep(request):\n    for field, file in request.FILES.items():\n        storage.save(file.name, file)\n"
        ),
        (
            "import os\n\nfrom django.views import View\n\n\nclass Pictures(View):\n    def post(self, request):\n"
            "        picture = request.FILES['picture']\n"
            "        with open(os.path.join('/srv/pictures', picture.name), 'wb') as file:\n"
            "            file.write(picture.read())\n"
        ),
        (
            "import io\nimport zipfile\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.post('/skills')\ndef skills():\n"
            "    return zipfile.ZipFile(io.BytesIO(request.form['archive'].encode())).namelist()\n"
        ),
    ],
)
def path_traversal(repo: Repo) -> Iterator[Site | Ward]:
    """Look at every path that is opened, changed or served.

    What keeps a name from elsewhere inside its directory is kept beside, so that a comparison can tell when it is
    taken away.
    """
    opening: dict[str, Module] = {}
    for site, positions in _openings(repo):
        opening[site.module.path] = site.module
        if any(_is_in_memory(site, position) for position in positions):
            yield good(site.location)
            continue
        flows = [
            flow for position in positions for flow in repo.flows.into(site, position, _KEYWORDS.get(site.last, ""))
        ]
        ward = _ward(site, flows, repo)
        if ward is not None:
            yield ward
        found = [(confidence, flow) for flow in flows if (confidence := _confidence(flow, repo)) is not None]
        if not found:
            yield good(site.location)
            continue
        signed = any(call.line < site.call.line and _SIGNED.search(call.name) for call in site.beside) or any(
            map(_WHILE_DEBUGGING.search, site.call.guards)
        )
        found = [
            (Confidence.LOW if signed or _is_held(flow, repo) else _as_far_as_seen(confidence, flow, site, repo), flow)
            for confidence, flow in found
        ]
        confidence, flow = max(found, key=lambda pair: _RANK[pair[0]])
        if confidence is Confidence.HIGH and (_is_any_path(flows) or (site.last in _LISTING and flow.prefix is None)):
            confidence = Confidence.MEDIUM
        yield bad(site.location, _message(flow, site), confidence)
    yield from _archives(repo)
    yield from _saved(repo)
    yield from _held(repo, opening)


_WHILE_DEBUGGING = re.compile(r"^[^!]*(^|[.:?])debug$", re.IGNORECASE)
"""A condition that only a developer's machine fulfils."""


def _as_far_as_seen(confidence: Confidence, flow: Flow, site: CallSite, repo: Repo) -> Confidence:
    """How sure a way is that leads through an object: which of its kind is meant elsewhere is not known."""
    elsewhere = flow.is_kept and not _is_of_one(flow, site, repo)
    return Confidence.MEDIUM if confidence is Confidence.HIGH and elsewhere else confidence


def _is_of_one(flow: Flow, site: CallSite, repo: Repo) -> bool:
    """Whether the value is kept where it is used, or the function that it comes from calls the very method itself."""
    module = repo.python.modules.get(flow.path)
    if flow.path == site.module.path or module is None or site.function is None:
        return True
    around = [item for item in module.facts.definitions if item.line <= flow.line <= item.end_line]
    lines = range(around[-1].line, around[-1].end_line + 1) if around else range(0)
    return any(call.line in lines and call.last == site.function.name for call in module.facts.calls)


_SIGNED = re.compile(r"(?<![a-z])(signed|signature|hmac)", re.IGNORECASE)
"""Calls that look at a proof that the service itself gave the address out: nobody else can make one up."""
_SAFE_UNPACKING = re.compile(r"^_*(safe|secure|safely|checked)_?(extract|extractall|unpack|untar|unzip)", re.IGNORECASE)
_OF_ARCHIVES = re.compile(r"(^|[._?:])(tar|tarfile|tf|tgz|archive)\w*(\.|\(\)\.|$)", re.IGNORECASE)


_SEPARATOR = re.compile("[/\0]")


def _saved(repo: Repo) -> Iterator[Ward]:
    """What is saved at a path that was joined, and what keeps the name in it in place; judges none.

    Much has a method of this name, and the one that is handed a path is told by nothing else.
    """
    for site in repo.python.calls_named(lambda name: name.endswith(".save")):
        if len(site.call.args) == 1 and not site.call.keywords and "files" not in site.name:
            flows = [flow for flow in repo.flows.into(site, 0, "") if flow.prefix and _SEPARATOR.search(flow.prefix)]
            ward = _ward(site, flows, repo)
            if ward is not None:
                yield ward


def _archives(repo: Repo) -> Iterator[Ward]:
    """Where archives are unpacked whose names may lead anywhere, and what looks at the names before; judges none."""
    for site in repo.python.calls_named(lambda name: _UNPACKING.match(re.split(r"[.:]", name)[-1])):
        own = _SAFE_UNPACKING.match(site.last) is not None
        if not own and not _OF_ARCHIVES.search(site.name.rpartition(".")[0]):
            continue
        calls = {call.last.rpartition(":")[2] for call in site.beside if _may_look_at_names(call)}
        is_listed = bool(calls & _LISTING_NAMES)
        refusals = [
            raised
            for raised in site.module.facts.raises
            if raised.scope == site.call.scope and raised.guards and (is_listed or raised.context & IN_LOOP)
        ]
        kept = [f"`{site.last}`"] if own else [f"`{name}`" for name in ("filter", "members") if site.call.has(name)]
        kept += [f"`{name}`" for name in sorted(calls) if _KEEPING.search(name)]
        kept += ["a look at the names"] if refusals else []
        yield Ward(
            site.location,
            "an archive that is unpacked",
            tuple(kept),
            f"`{site.last}` unpacks an archive wherever the names in it lead",
            ways=0 if kept else 1,
        )


def _may_look_at_names(call: Call) -> bool:
    """Whether a call may look where a name leads: not one that unpacks, nor a text that is to begin with words."""
    first = call.args[0] if call.last == _BEGINS and call.args else None
    is_of_words = (
        isinstance(first, Const) and first.value not in _WAY_UP and not str(first.value).startswith(("/", "\\"))
    )
    return not is_of_words and not _UNPACKING.match(call.last.rpartition(":")[2])


def _held(repo: Repo, modules: Mapping[str, Module]) -> Iterator[Ward]:
    """The functions that hold a path against a directory and turn somebody away by it; judges none.

    Those that look for `..` in a name are found in modules that open files.
    """
    around: dict[tuple[str, int], DefinitionSite] = {}
    for site in repo.python.calls_named(
        lambda name: _holds(last := re.split(r"[.:]", name)[-1]) or last in _OF_PATHS_TOO
    ):
        is_holding = (
            _is_insisted_on(site.call, site.module)
            if site.last == "relative_to"
            else site.last != _BEGINS or _looks_for_way_up(site.call) or _is_of_whole(site.call)
        )
        if is_holding and site.function is not None and site.function.kind == "function":
            key = site.module.path, site.call.scope
            around.setdefault(key, DefinitionSite(site.module, site.call.scope, site.function))
    for module in modules.values():
        for scope in sorted(_looking_for_way_up(repo, module)):
            definition = module.definition(scope)
            if definition is not None and definition.kind == "function":
                around.setdefault((module.path, scope), DefinitionSite(module, scope, definition))
    for function in list(around.values()):
        for caller in repo.python.callers.get(function.name, ()):
            if caller.function is not None and caller.function.kind == "function":
                by = DefinitionSite(caller.module, caller.call.scope, caller.function)
                around.setdefault((caller.module.path, caller.call.scope), by)
    for function in around.values():
        ward = _of_paths(repo, function)
        if ward is not None and ward.asks:
            yield ward


_BEGINS = "startswith"
_OF_PATHS_TOO = frozenset({_BEGINS, "relative_to"})
"""Calls that hold a path against a directory by what is made of their answer."""
_WHOLE = re.compile(r"(^|\.)(abspath|realpath|normpath|resolve)\(\)\.startswith$")
_WAY_UP = frozenset({"..", "../", "/..", "/../", "..\\"})


def _is_insisted_on(call: Call, module: Module) -> bool:
    """Whether a path must be one below a directory, for somebody is turned away by the error that it is not."""
    if call.last != "relative_to" or call.attempt < 0:
        return False
    handlers = (one for one in module.facts.handlers if one.attempt == call.attempt)
    return any(
        one.raises or (isinstance(one.returned, Const) and one.returned.value in (None, False)) for one in handlers
    )


def _answered(function: DefinitionSite) -> Iterator[str]:
    """What is named in the answers of yes or no that a function gives: `return commonpath([base, path]) == base`."""
    for one in function.module.facts.returns:
        if one.scope == function.index and not one.is_yield:
            said = isinstance(one.value, Other) or (
                isinstance(one.value, Invoke) and one.value.name.endswith(_ANSWERING)
            )
            yield from names_in(one.value, function.module.facts.calls) if said else ()


_ANSWERING = (".is_relative_to", ".startswith")


def _begins_below(call: Call) -> bool:
    """Whether a text is asked for a beginning that may be a whole directory: `/srv/files` begins `/srv/files-old` too.

    A plain variable ends with no separator for all that is seen of it.
    """
    first = call.args[0] if call.last == _BEGINS and call.args else None
    return first is not None and not (isinstance(first, Name) or (isinstance(first, Invoke) and first.name == "str"))


def _looks_for_way_up(call: Call) -> bool:
    first = call.args[0] if call.last == _BEGINS and call.args else None
    return any(isinstance(one, Const) and one.value in _WAY_UP for one in flattened(first))


def _is_of_whole(call: Call) -> bool:
    """Whether the beginning of a path is looked at that was made whole before: `abspath(name).startswith(root)`."""
    return call.last == _BEGINS and _WHOLE.search(call.name) is not None


def _looking_for_way_up(repo: Repo, module: Module) -> dict[int, set[str]]:
    """The functions of a module that look whether a text holds `..`, with what they look at."""
    flows, found = repo.python.flows(module), defaultdict[int, set[str]](set)
    for guard in flows.guards:
        if guard.test.startswith("!in:") and guard.test.removeprefix("!in:") in _WAY_UP:
            source = flows.sources[guard.source]
            scope = source.owner if source.kind == "p" else module.scope_at(source.line)
            name = module.facts.calls[source.owner].last if source.kind == "c" else source.name
            found[scope].add(f"the look for `..` in `{name}{''.join(guard.access)}`")
    return found


def _holds(last: str) -> bool:
    return _HOLDERS.match(last) is not None or _LOOKING.match(last) is not None


def _of_paths(repo: Repo, function: DefinitionSite) -> Ward | None:
    """How a function keeps the paths that it uses in place, if it does; None where it uses none."""
    module, definition = function.module, function.definition
    calls = module.calls_in(function.index)
    used = [
        call
        for call in calls
        if call.name == "os.path.join" or call.last in _USING or _holds(call.last) or _OF_FILES.search(call.last)
    ]
    if not used:
        return None
    refused = {guard for one in module.facts.raises if one.scope == function.index for guard in one.guards}
    refused |= {guard for one in module.facts.returns if one.scope == function.index for guard in one.guards}
    refused |= {guard for call in calls for guard in call.guards}
    refused |= set(_answered(function))
    lasts = {call.last.rpartition(":")[2] for call in calls}
    held = sorted(
        last for last in lasts if _holds(last) and (last not in _MEASURING or any(last in guard for guard in refused))
    )
    held += ["relative_to"] if any(_is_insisted_on(call, module) for call in calls) else []
    if any(_BEGINS in guard for guard in refused) and any(
        _looks_for_way_up(call) or _is_of_whole(call) for call in calls
    ):
        held.append(_BEGINS)
    asked = [f"`{last}`" for last in held]
    targets = {call.last.rpartition(":")[2]: repo.python.target(call, module) for call in calls}
    # What is called looks at paths of its own, it may be: each counts by itself.
    looks = [f"`{last}`" for last, target in targets.items() if target is not None and _holds_paths(target)]
    looks = [look for look in looks if look not in asked]
    looks += sorted(_looking_for_way_up(repo, module).get(function.index, ()))
    beside = {last for last in lasts if _KEEPING.search(last) or last in _MAKING}
    if not any(map(_begins_below, calls)):
        beside.discard(_BEGINS)
    beside |= {f"`{_BEGINS}`"} if _MEASURING.intersection(held) else set()
    # What is still called is told of itself, should it look no more.
    beside |= {name for last, target in targets.items() if target is not None for name in (last, f"`{last}`")}
    beside |= {"parents" for ref in definition.refs if ref.endswith(".parents")}
    beside |= {f"{one.name}: {one.annotation}" for one in definition.parameters if one.annotation is not None}
    for caller in repo.python.callers.get(function.name, ()):
        beside |= {f"{call.last} of a caller" for call in caller.beside if _KEEPING.search(call.last)}
    first = next((call for call in used if call.name == "os.path.join"), used[0])
    return Ward(
        Location(module.path, first.line, first.end_line, definition.qualname),
        f"the paths of `{definition.name}`",
        (),
        f"`{definition.name}` uses a path wherever it leads",
        ways=0,
        beside=tuple(sorted(beside)),
        asks=(*((tuple(asked),) if asked else ()), *((look,) for look in looks)),
    )


def _holds_paths(site: DefinitionSite) -> bool:
    """Whether a function holds a path against a directory itself, and turns somebody away by it."""
    if site.definition.kind != "function":
        return False
    refuses = any(one.scope == site.index for one in site.module.facts.raises)
    return any(
        (_holds(call.last) and (refuses or call.last not in _MEASURING))
        or (refuses and _is_of_whole(call))
        or _is_insisted_on(call, site.module)
        for call in site.calls
    )


def _counterpart(repo: Repo, ward: Ward) -> Ward | None:
    """A function as it stands here that keeps its paths in place elsewhere; a call that opens one is told by itself."""
    if ward.thing.startswith("`"):
        return None
    site = repo.python.definition_named(f"{ward.location.path}:{ward.location.symbol}")
    is_same = site is not None and (site.module.path, site.definition.qualname) == (
        ward.location.path,
        ward.location.symbol,
    )
    return _of_paths(repo, site) if site is not None and is_same and site.definition.kind == "function" else None


_HOLDERS = re.compile(
    r"is_relative_to$|commonpath$|commonprefix$|safe_join$|_*(safe|secure)_?(join|path)(_\w+)?$"
    r"|_*sanitize_?(file_?)?path(_\w+)?$|\w*path_?traversal\w*$|_*(detect|prevent|reject|check)_\w*travers\w*$"
    r"|_*is_(sub_?path|sub_?dir\w*|safe_path|path_safe|path_allowed|(inside|within|contained)_\w*(dir|directory|path|root|base))$"
)
"""Functions that hold a path against the directory that it belongs to."""
_MEASURING = frozenset({"commonpath", "commonprefix", "is_relative_to"})
"""Those of them that answer only, so that somebody must be turned away by the answer."""
_USING = frozenset(
    {"joinpath", "Path", "exists", "is_file", "is_dir", "isfile", "isdir", "open", "read_bytes", "read_text"}
)
"""Calls that tell of a function that it deals with paths."""
_OF_FILES = re.compile(r"(^|_)(dir|directory|folder|file|files|path|archive)(_|$)")
"""Functions that are named for doing something with files."""
_MAKING = frozenset({"uuid1", "uuid4", "uuid7", "token_hex", "token_urlsafe", "hexdigest", "mkstemp", "mkdtemp",
    "NamedTemporaryFile", "TemporaryDirectory", "send_from_directory"})  # fmt: skip
"""Calls that give names that nobody else chose, or that look where a path leads by themselves."""
_UNPACKING = re.compile(
    r"^_*((safe|secure|safely|checked)_?)?(extractall|extract|unpack|untar|unzip)(_\w+)?$", re.IGNORECASE
)
_LISTING_NAMES = frozenset({"getmembers", "getnames", "namelist", "infolist"})
"""What tells the names in an archive."""
_LISTING = frozenset({"listdir", "scandir", "iterdir", "walk", "rglob"})
"""What lets people browse the file system, where it is given a whole path."""
_HOLDING = frozenset({"commonpath", "commonprefix", "is_relative_to", "relative_to"})
_PLAIN = frozenset({"realpath", "abspath", "normpath", "resolve"})


def _is_any_path(flows: Iterable[Flow]) -> bool:
    """Whether absolute paths are asked for: then the whole file system is meant to be reached."""
    return any("yes:os.path.isabs" in flow.cleaned for flow in flows)


def _is_held(flow: Flow, repo: Repo) -> bool:
    """Whether a function of the tree that answered about the path holds it against a directory, whatever its name."""
    return any(
        asked & _HOLDING or ("startswith" in asked and asked & _PLAIN) for asked in repo.flows.asked_on_the_way(flow)
    )


_RANK = {Confidence.LOW: 1, Confidence.MEDIUM: 2, Confidence.HIGH: 3}
_KEYWORDS = {
    "open": "file",
    "FileResponse": "path",
    "send_file": "path_or_file",
    "rmtree": "path",
    "makedirs": "name",
    "remove": "path",
    "serve_file": "path",
    "serve_download": "path",
    "staticfile": "filename",
}


def _is_in_memory(site: CallSite, position: int) -> bool:
    """Whether what is opened are bytes at hand, wrapped to look like a file."""
    given = site.call.args[position] if 0 <= position < len(site.call.args) else None
    return isinstance(given, Invoke) and given.name in ("io.BytesIO", "io.StringIO")


def _openings(repo: Repo) -> Iterator[tuple[CallSite, tuple[int, ...]]]:
    """The calls that reach into the file system, and which arguments are paths (-1: the object itself)."""
    for site in repo.python.all_calls:
        positions = _OPENING.get(site.name)
        if positions is not None:
            yield site, positions
        elif site.last in _OF_PATHS and "." in site.name and _is_path(site):
            yield site, (-1,)
        elif site.last == "save" and "files" in site.name and "." in site.name and not site.name.startswith("django."):
            yield site, (0,)
    for site, name, before in repo.flows.partials(lambda name: name in _OPENING):
        if before == 0:
            yield site, _OPENING[name]


def _is_path(site: CallSite) -> bool:
    owner = site.name.rpartition(".")[0]
    if site.last == "touch" and not any(item.target.startswith(_PATHS) for item in site.module.facts.imports):
        return "Path()" in owner  # rows and sessions are touched as well, which says when they were used last
    return "Path()" in owner or (site.last != "open" and (owner[:1] in ("?", "") or ":" in owner))


def _confidence(flow: Flow, repo: Repo) -> Confidence | None:
    if any(wrap[0] in "{<([" for wrap in flow.wraps) or flow.is_limited or _is_contained(flow):
        return None
    if flow.kind == "parameter":
        joined = flow.prefix is not None and ("/" in flow.prefix or "\0" in flow.prefix)
        return Confidence.LOW if joined and not flow.is_vetted and flow.steps else None
    if flow.kind != "request" or flow.type not in ("text", "object", "segment"):
        return None
    if flow.type == "segment" and "decoded" not in flow.cleaned:
        return Confidence.LOW  # it can hold no slash
    if (
        _is_vetted(flow)
        or _is_found(flow, repo)
        or flow.cleaned & {"url-quoted", "kept-only", "matched", "substituted", "serialised"}
    ):
        return Confidence.LOW
    if flow.type == "object" and "is:str" in flow.cleaned:
        return Confidence.MEDIUM  # a path or a file: which of them requests bring is for their schema to say
    if any(_JUDGED.match(tag) for tag in flow.cleaned):
        return Confidence.MEDIUM  # what the tree's own function makes of the name decides whether it is opened
    glued = flow.prefix is not None and flow.prefix[-1:] not in ("", "/", "\0", "\\")
    glued = glued or any(map(_BEGUN.match, flow.cleaned))
    return Confidence.HIGH if flow.sure and not glued and not _ONE_FILE.match(flow.suffix) else Confidence.MEDIUM


def _is_contained(flow: Flow) -> bool:
    """Whether the path is held against a directory; asking whether a file is there holds it against none."""
    tests = {tag for tag in flow.cleaned if _CONTAINED.match(tag)}
    asked = sum(tag.startswith(("yes:", "no:")) and bool(_EXISTING.search(tag)) for tag in flow.cleaned)
    by_call = {tag for tag in tests if _BY_CALL.match(tag)}
    return bool(tests - by_call) or len({tag.rpartition(":")[2] for tag in by_call}) > asked


_LOADING = re.compile(r"yes:.*[.:]_*load")
_READING = frozenset({"open", "read_text", "read_bytes", "listdir", "isfile", "is_file", "exists"})


def _is_found(flow: Flow, repo: Repo) -> bool:
    """Whether a row or an entry was found under the name before.

    What loads something may do so from the very file that is named: that it is there says nothing of the name.
    """
    told = frozenset(tag for tag in flow.cleaned if not _LOADING.match(tag) and not _reads_files(tag, repo))
    return replace(flow, cleaned=told).is_looked_up


def _reads_files(tag: str, repo: Repo) -> bool:
    """Whether what answered is a function of the tree that looks into the file system."""
    asked = repo.python.definition_named(tag.partition(":")[2]) if tag.startswith("yes:") else None
    return asked is not None and any(call.last in _READING for call in asked.calls)


def _is_vetted(flow: Flow) -> bool:
    """Whether a check answered well that may be about the path, and not only about its ending or the content."""
    return flow.is_vetted and not all(
        _OF_KINDS.search(tag) for tag in flow.cleaned if tag.startswith(("yes:", "no:", "passed:", "perhaps:"))
    )


_KEEPING = re.compile(
    r"relative_to|commonpath|commonprefix|dirname|parents?$|startswith|safe_join|secure_filename|basename"
    r"|file_?name|slugify|inside|within|contain|travers|escape|sanit|safe|valid|(in|sub)_?dir|(sub|safe)_?path",
    re.IGNORECASE,
)
_COMPARING = frozenset({"commonpath", "is_relative_to"})
_LOOKING = re.compile(
    r"_*(check|validate|verify|assert|ensure|require|raise_if)_\w*(path|file_?name|dir|directory|folder)$"
)
"""Functions that are named for looking at a path before it is used."""
_LAST_PART = "the cut to a name's last part"
_NAMING = frozenset(
    {
        "secure_filename",
        "get_valid_filename",
        "sanitize_filename",
        "safe_filename",
        "clean_filename",
        "slugify",
        "basename",
    }
)
"""Functions that leave nothing of a path but a file's name."""
_ORDINARY = frozenset(
    {"open", "join", "joinpath", "format", "strip", "rstrip", "lstrip", "lower", "upper", "replace", "str", "Path",
     "split", "get", "debug", "info", "warning", "error", "exception"}
)  # fmt: skip
"""Calls that come and go in a function without keeping any path anywhere."""


_THROUGH = re.compile(r"`(?:[\w.]+\.)?(\w+)\(\)`")
"""Functions of the tree that a step of a flow tells of."""


def _ward(site: CallSite, flows: Iterable[Flow], repo: Repo) -> Ward | None:
    """What keeps the names that are joined to a path inside its directory; None where no name comes from elsewhere.

    What holds the whole path against its directory is told by itself too: a look at the name's beginning is no match.
    """
    foreign = [flow for flow in flows if _is_name(flow)]
    if not foreign:
        return None
    calls = {call.last.rpartition(":")[2] for call in site.beside}
    looking = calls & _COMPARING | set(filter(_LOOKING.match, calls))
    sources: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for flow in foreign:
        sources[flow.kind, flow.text].add(any(True for _ in _keepers(flow)))
    ways = sum(False in kept for kept in sources.values())
    names = dict.fromkeys(name for flow in foreign for name in _keepers(flow) if name not in calls & _COMPARING)
    # What the names were followed through is known, and keeps them or does not, whatever it is called.
    through = {name for flow in foreign for step in flow.steps for name in _THROUGH.findall(step.text)}
    # What keeps a few of those that many callers hand over keeps nothing of what the others hand over.
    told = names if len(sources) > 2 * ways else ()
    held = looking.union(*(_holding(flow, repo) for flow in foreign))
    return Ward(
        site.location,
        f"`{site.last}`",
        tuple(_shown(name, site) for name in told if name or not ways),
        f"A name that comes from elsewhere leads `{site.last}` where it likes",
        ways=0 if looking else ways,
        within=tuple(f"`{name}`" for name in sorted(looking)),
        beside=tuple(
            sorted({*(calls - _ORDINARY - looking - through), *map("`{}`".format, filter(_KEEPING.search, calls))})
        ),
        asks=tuple((f"`{name}`",) for name in sorted(held)),
    )


def _holding(flow: Flow, repo: Repo) -> Iterator[str]:
    """The functions of the tree that hold a path against a directory, whatever their names, and answered well of it."""
    for tag in flow.cleaned:
        how, _, name = tag.partition(":")
        own = repo.python.definition_named(name) if how in ("yes", "no", "passed") else None
        if own is not None and own.definition.kind == "function" and any(call.last in _HOLDING for call in own.calls):
            yield own.definition.name


def _shown(keeper: str, site: CallSite) -> str:
    if keeper != _LAST_PART:
        return f"`{keeper}`" if keeper else "a check of the name"
    lasts = (call.last.rpartition(":")[2] for call in site.module.facts.calls)
    return next((f"`{last}`" for last in lasts if last in _NAMING), keeper)


def _keepers(flow: Flow) -> Iterator[str]:
    """What keeps a name in place on its way, by name; an empty name is a check that has none."""
    held = _is_contained(flow)
    for tag in sorted(flow.cleaned):
        test, last = tag.partition(":")[0], asked_name(tag)
        if tag in ("file-name", "contained"):
            yield _LAST_PART if tag == "file-name" else "safe_join"
        elif tag.endswith(":contained"):
            yield "parents"
        elif tag.startswith("!in:") and held:
            yield ""
        elif (test in ("yes", "no", "passed") or (test == "via" and held)) and _KEEPING.search(last):
            yield last
    if flow.is_limited or flow.cleaned & {"kept-only", "matched"}:
        yield ""


def _is_name(flow: Flow) -> bool:
    """Whether a value from elsewhere becomes a part of the path, rather than being all of it."""
    if any(wrap[0] in "{<([" for wrap in flow.wraps) or flow.kind not in ("request", "parameter", "unknown", "stored"):
        return False
    joined = flow.prefix is not None and ("/" in flow.prefix or "\0" in flow.prefix)
    return joined or "contained" in flow.cleaned


def _message(flow: Flow, site: CallSite) -> str:
    what = "The client chooses the path" if flow.kind == "request" else "A parameter becomes a part of the path"
    way = describe(flow, site.last, site.module.path, site.call.line)
    return f"{what} that `{site.last}` is given, and nothing keeps it inside a directory: {way}."
