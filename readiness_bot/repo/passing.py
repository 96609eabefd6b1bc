"""What well-known library calls make of what they are given: pass it on, turn it into text or objects, or drop it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Effect:
    """What a call's result carries: of which arguments, as what, and cleaned how.

    `takes` are positions (None: every argument; -1: the receiver). `turns` is `same`, `text` (the result is a text),
    `object` (a text was parsed into what its author likes) or `nothing`.
    """

    takes: tuple[int, ...] | None = None
    turns: Literal["same", "text", "object", "nothing"] = "same"
    cleans: str = ""


_ALL = Effect()
_TEXT = Effect(None, "text")
_PARSED = Effect((0,), "object")
_NOTHING = Effect((), "nothing")
_RECEIVER = Effect((-1,))
_FILE_NAME = Effect((0,), "text", "file-name")
_DECODED = Effect(None, "text", "decoded")

_FUNCTIONS: dict[str, Effect] = {
    **dict.fromkeys(
        ("os.path.join", "os.path.normpath", "os.path.abspath", "os.path.realpath", "os.path.expanduser",
         "os.path.expandvars",
         "posixpath.join", "posixpath.normpath", "os.fspath", "os.path.dirname", "os.path.splitext", "os.path.split",
         "os.path.relpath",
         "textwrap.dedent",
         "django.utils.encoding.force_str", "django.utils.encoding.smart_str", "ntpath.join",
         "six.text_type",
         "django.utils.encoding.iri_to_uri",
         "os.path.normcase", "six.ensure_str",
         "sqlparse.format", "codecs.decode"),
        _TEXT,
    ),
    **dict.fromkeys(
        ("urllib.parse.unquote", "urllib.parse.unquote_plus", "base64.b64decode", "base64.urlsafe_b64decode",
         "base64.decodebytes", "base64.decodestring", "base64.standard_b64decode", "base64.b32decode",
         "base64.b16decode", "base64.b85decode", "binascii.a2b_base64", "binascii.unhexlify",
         "urllib.unquote", "requests.utils.unquote", "werkzeug.urls.url_unquote"),
        _DECODED,
    ),
    **dict.fromkeys(
        ("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath", "anyio.Path",
         "upath.UPath", "py.path.local"), _TEXT
    ),
    **dict.fromkeys(
        ("urllib.parse.urljoin", "urllib.parse.urlparse", "urllib.parse.urlsplit", "urllib.parse.urlunparse",
         "urllib.parse.urlunsplit",
         "yarl.URL", "httpx.URL", "furl.furl", "copy.copy", "copy.deepcopy", "io.StringIO", "io.BytesIO",
         "itertools.chain", "collections.OrderedDict",
         "collections.deque", "types.SimpleNamespace", "asyncio.wait_for", "asyncio.shield", "asyncio.gather",
         "fastapi.encoders.jsonable_encoder",
         "jinja2.Template", "string.Template", "dict", "list", "itertools.islice",
         "dataclasses.asdict", "attr.asdict", "attrs.asdict", "requests.Request", "urllib.request.Request",
         "httpx.Request", "urllib2.Request",
         "itertools.chain.from_iterable", "web.storage", "bson.son.SON", "bson.SON", "collections.defaultdict",
         "urllib.parse.parse_qs", "django.http.QueryDict", "django.http.request.QueryDict",
         "urllib.parse.parse_qsl", "io.TextIOWrapper", "asyncio.ensure_future", "asyncio.create_task",
         "asyncio.run", "compile",
         "werkzeug.datastructures.MultiDict",
         "pymongo.UpdateOne", "pymongo.UpdateMany", "pymongo.DeleteOne", "pymongo.DeleteMany", "pymongo.InsertOne",
         "pymongo.ReplaceOne",
         "pymongo.operations.UpdateOne"),
        _ALL,
    ),
    **dict.fromkeys(
        ("sqlalchemy.text", "sqlalchemy.sql.text", "sqlalchemy.sql.expression.text", "sqlalchemy.literal_column",
         "sqlalchemy.sql.literal_column",
         "sqlalchemy.sql.expression.literal_column", "sqlmodel.text", "flask_sqlalchemy.SQLAlchemy().text",
         "psycopg2.sql.SQL", "psycopg.sql.SQL",
         "sqlalchemy.DDL", "django.db.models.expressions.RawSQL"),
        Effect((0,), "text", "sql-text"),
    ),
    **dict.fromkeys(
        ("json.loads", "json.load", "orjson.loads", "ujson.loads", "simplejson.loads", "rapidjson.loads",
         "flask.json.loads", "yaml.safe_load", "yaml.load",
         "ast.literal_eval", "bson.json_util.loads", "demjson.decode", "demjson3.decode", "json5.loads", "toml.loads",
         "tomllib.loads", "msgpack.unpackb",
         "msgpack.loads", "pickle.loads", "dill.loads", "cloudpickle.loads", "jsonpickle.decode",
         "django.core.serializers.json.loads",
         "ruamel.yaml.YAML().load", "anyjson.loads", "bson.loads", "bson.decode", "quart.json.loads"),
        _PARSED,
    ),
    **dict.fromkeys(
        ("json.dumps", "orjson.dumps", "ujson.dumps", "simplejson.dumps", "flask.json.dumps", "yaml.dump",
         "yaml.safe_dump", "bson.json_util.dumps",
         "pprint.pformat", "msgpack.packb"),
        Effect((0,), "text", "serialised"),
    ),
    **dict.fromkeys(
        ("os.path.basename", "werkzeug.utils.secure_filename", "werkzeug.secure_filename",
         "django.utils.text.get_valid_filename",
         "pathvalidate.sanitize_filename", "ntpath.basename", "posixpath.basename", "django.utils.text.slugify",
         "slugify.slugify",
         "unidecode.slugify", "anyascii.slugify", "awesome_slugify.slugify"),
        _FILE_NAME,
    ),
    **dict.fromkeys(
        ("flask.safe_join", "werkzeug.utils.safe_join", "werkzeug.security.safe_join", "django.utils._os.safe_join",
         "quart.safe_join"),
        Effect(None, "text", "contained"),
    ),
    **dict.fromkeys(
        ("urllib.parse.quote", "urllib.parse.quote_plus", "urllib.parse.urlencode", "urllib.quote",
         "urllib.quote_plus", "requests.utils.quote",
         "urllib.urlencode", "django.utils.http.urlencode", "six.moves.urllib.parse.quote",
         "django.utils.http.urlquote", "urllib.parse.quote_from_bytes"),
        Effect(None, "text", "url-quoted"),
    ),
    **dict.fromkeys(("shlex.quote", "pipes.quote"), Effect((0,), "text", "shell-quoted")),
    "shlex.split": Effect((0,), "same", "split"),
    **dict.fromkeys(
        ("html.escape", "markupsafe.escape", "bleach.clean", "flask.escape", "django.utils.html.escape"),
        Effect((0,), "text", "html"),
    ),
    "re.escape": Effect((0,), "text", "regex-escaped"),
    **dict.fromkeys(("re.sub", "regex.sub"), Effect((2,), "text", "substituted")),
    **dict.fromkeys(("re.match", "re.search", "re.fullmatch", "re.findall"), Effect((1,), "same", "matched")),
    "re.split": Effect((1,), "text"),
    **dict.fromkeys(
        ("psycopg2.sql.Identifier", "psycopg.sql.Identifier", "psycopg2.sql.Literal", "psycopg.sql.Literal",
         "psycopg2.extensions.quote_ident",
         "sqlalchemy.sql.quoted_name", "sqlalchemy.bindparam", "sqlalchemy.column", "sqlalchemy.table",
         "sqlalchemy.literal", "asyncpg.utils._quote_ident",
         "sqlalchemy.sql.expression.bindparam", "psycopg2.extensions.adapt", "sqlalchemy.Column",
         "pymysql.converters.escape_string",
         "MySQLdb.escape_string", "pymysql.escape_string"),
        Effect((0,), "text", "quoted"),
    ),
    **dict.fromkeys(("typing.cast", "typing_extensions.cast"), Effect((1,))),
    **dict.fromkeys(
        ("uuid.UUID", "bson.ObjectId", "bson.objectid.ObjectId", "datetime.datetime.strptime",
         "datetime.datetime.fromisoformat", "datetime.date.fromisoformat",
         "dateutil.parser.parse", "decimal.Decimal", "ipaddress.ip_address", "ipaddress.ip_network",
         "django.utils.dateparse.parse_datetime",
         "django.utils.dateparse.parse_date", "arrow.get", "pendulum.parse", "datetime.datetime.fromtimestamp",
         "time.strptime", "fractions.Fraction",
         "uuid.uuid4", "uuid.uuid1", "time.time", "secrets.token_hex", "secrets.token_urlsafe", "os.urandom",
         "datetime.datetime.now", "math.floor",
         "math.ceil", "random.choice", "random.randint", "beanie.PydanticObjectId", "distutils.util.strtobool",
         "pytz.timezone", "zoneinfo.ZoneInfo",
         "uuid.uuid5", "uuid.uuid3", "hmac.new", "os.getpid", "datetime.timedelta", "datetime.datetime.utcnow",
         "datetime.datetime", "datetime.date",
         "datetime.datetime.combine", "numpy.array", "zlib.crc32", "os.path.getsize", "os.path.exists",
         "os.path.isfile", "os.path.isdir"),
        _NOTHING,
    ),
}  # fmt: skip

_METHODS: dict[str, Effect] = {
    **dict.fromkeys(
        ("model_dump", "dict", "to_dict", "asdict", "group", "groups", "groupdict", "getvalue", "resolve", "absolute",
         "expanduser", "as_posix",
         "with_suffix", "geturl", "as_string", "to_python", "model_copy", "unicode_string", "read", "readlines",
         "get_secret_value",
         "human_repr", "_asdict", "lists"),
        _RECEIVER,
    ),
    **dict.fromkeys(
        ("joinpath", "substitute", "safe_substitute", "render", "with_name", "format_map", "_replace", "bindparams"),
        Effect((-1, *range(8)), "text"),
    ),
    **dict.fromkeys(("model_dump_json",), Effect((-1,), "text", "serialised")),
    **dict.fromkeys(
        ("hexdigest", "digest", "strftime", "isoformat", "timestamp", "count", "index", "total_seconds", "quote_name",
         "exists", "is_file", "is_dir",
         "bit_length", "date", "toordinal", "weekday"),
        _NOTHING,
    ),
    "relative_to": Effect((-1,), "text", "contained"),
    "temporary_file_path": _NOTHING,
    "sub": Effect((1,), "text", "substituted"),
    "translate": Effect((-1,), "text", "substituted"),
    **dict.fromkeys(
        ("slugify", "secure_filename", "get_valid_filename", "sanitize_filename", "safe_filename", "clean_filename"),
        _FILE_NAME,
    ),
    **dict.fromkeys(("escape_string", "quote_ident", "quote_identifier", "escape_identifier", "mogrify",
                     "quote_literal", "format_identifier"),
                    Effect((0,), "text", "quoted")),
}  # fmt: skip


def effect_of(name: str) -> Effect | None:
    """What a library's function, or a method of an unknown object, makes of what it is given; None if unknown."""
    known = _FUNCTIONS.get(name)
    if known is not None:
        return known
    return _METHODS.get(name.rpartition(".")[2]) if "." in name else None
