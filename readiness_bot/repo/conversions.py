"""Which calls only work on what is at hand, and which reach or change something that may fail, going by their names."""

from __future__ import annotations

import re
from functools import lru_cache

_BUILTINS = (
    "int|float|str|bool|bytes|bytearray|len|list|dict|tuple|set|frozenset|isinstance|issubclass|getattr|hasattr|max|min|"
    "sum|sorted|reversed|abs|round|zip|map|filter|enumerate|range|repr|ascii|type|ord|chr|hex|bin|oct|complex|next|iter|"
    "any|all|divmod|pow|callable|vars|format|slice|memoryview|object|setattr|delattr|print|__import__"
)
_PLAIN_MODULES = (
    "typing|typing_extensions|types|inspect|re|regex|math|cmath|statistics|decimal|fractions|numbers|operator|functools|"
    "itertools|collections|string|textwrap|unicodedata|difflib|fnmatch|copy|enum|dataclasses|abc|calendar|zoneinfo|"
    "base64|binascii|hashlib|hmac|zlib|struct|codecs|html|uuid|ipaddress|mimetypes|shlex|locale|ast|operator|colorsys|"
    "binhex|quopri|keyword|pprint|graphlib|heapq|bisect|array|pkg_resources|ctypes|gc|warnings"
)
_LIBRARIES = (
    "pydantic|pydantic_core|dateutil|dateparser|babel|pytz|pendulum|arrow|ciso8601|iso8601|isodate|semver|packaging|"
    "phonenumbers|phonenumber_field|chardet|charset_normalizer|markdown|markdown2|mistune|bleach|nh3|bs4|cssselect|"
    "tinycss2|html5lib|slugify|unidecode|idna|netaddr|msgpack|cvss|humanize|inflection|inflect|rapidfuzz|fuzzywuzzy|"
    "Levenshtein|ua_parser|user_agents|pycountry|moneyed|price_parser|icalendar|vobject|recurring_ical_events|pypinyin|"
    "jsonpath_ng|jmespath|jsonschema|voluptuous|cerberus|sqlparse|docutils|pygments|PIL\\.Image|exifread|magic|"
    "configparser|jinja2|web3\\._utils|eth_abi|eth_utils|hexbytes"
)
_FUNCTIONS = (
    r"(json|ujson|orjson|simplejson|toml|tomllib|tomli|rapidjson|demjson3?|json5|hjson)\.(loads|dumps)|"
    r"datetime\.(datetime|date|time|timedelta|timezone)|time\.(strptime|strftime|mktime|gmtime|localtime|time|monotonic)|"
    r"urllib\.parse\.\w+|urllib\.request\.(un)?quote(_plus)?|email\.(utils|header)\.\w+|importlib\.(metadata\.version|import_module)|os\.(environ|getenv)|"
    r"os\.path\.(exists|lexists|isdir|isfile|islink|isabs|join|basename|dirname|split|splitext|normpath|abspath|relpath|commonprefix|commonpath|expanduser)|"
    r"posixpath\.\w+|yaml\.((safe_|full_|unsafe_)?load(_all)?|safe_dump|dump)|jwt\.get_unverified_header|bson\.(ObjectId|objectid\.ObjectId)|"
    r"lxml\.(html|etree)\.(fromstring|XML|HTML|XPath|tostring)|(xml|defusedxml)\.etree\.ElementTree\.(fromstring|XML|tostring)|"
    r"django\.utils\.(dateparse|timezone|text|html|encoding|safestring|translation|http|formats|datastructures)\.\w+|"
    r"django\.core\.validators\.\w+|(numpy|pandas)\.(array|isnan|isna|isnull|to_datetime|to_numeric|Timestamp|Timedelta)|"
    r"(numpy|pandas)\.(?!(.*\.)?(read|load|save|open|from|io|to_(?!list|dict|numpy))\w*($|[.(]))[\w.()\[\]]+$|"
    r"sqlalchemy\.((engine\.)?(url\.)?make_url|(inspection\.)?inspect)|cryptography\.(x509|hazmat\.primitives\.serialization)\.\w+|"
    r"os\.(get(pid|ppid|uid|gid|euid|egid|cwd)|cpu_count|uname|fspath|fsencode|fsdecode|readlink)|"
    r"socket\.(gethostname|inet_\w+|hton[ls]|ntoh[ls])|platform\.\w+|dotenv\.(load_dotenv|find_dotenv)|"
    r"psutil\.(cpu|virtual|swap|disk|sensors|net|boot|getload|users|Process|pid)\w*|"
    r"(fastapi|starlette\.requests)\.Request\(\)\.(body|form)|flask\.request\.get_(json|data)|"
    r"aiohttp\.web\.\w*Request\(\)\.(query|headers|match_info|cookies|rel_url\.query)\.\w+|"
    r"sys\.(__)?std(out|err)(__)?\.\w+|markupsafe\.\w+|(requests\.packages\.)?urllib3\.disable_warnings|flask\.session\.\w+|werkzeug\.(utils\.secure_filename|urls\.\w+|datastructures\.\w+)"
)
# What lies in a container is not known by the container: its methods are its own.
_PLAIN = re.compile(
    rf"({_BUILTINS})(\(\)(?!.*\[\]\.).*|\.\w+)?$|({_PLAIN_MODULES}|{_LIBRARIES})\.|({_FUNCTIONS})($|[(.\[])"
)
_MADE_OF_TEXTS = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PurePosixPath"})
"""What is made of texts alone, and touches nothing before it is asked something."""
_LAZY = re.compile(
    r"(redis(\.asyncio)?\.((Strict)?Redis\.)?from_url|redis(\.asyncio)?\.(Strict)?Redis|pymongo\.(Async)?MongoClient"
    r"|motor\.motor_asyncio\.AsyncIOMotorClient|httpx\.(Async)?Client|sqlalchemy\.(ext\.asyncio\.)?create_(async_)?engine)$"
)
"""What makes a client that connects where it is first asked something."""
_SPEAKING = re.compile(
    r"(.*[.:])?_*parse(_\w*)?|(.*[.:])?_*(un|de)?serialize\w*|.*\.(loads|dumps|(get_)?decode\w*)|"
    r".*\.(json|text)(\(\)[\w.()\[\]]*)?|.*\.__\w+__(\..+)?|.*[.:?](can_paginate|get_paginator|get_waiter)|.*\._meta\.get_fields?"
)
"""What says by its name that it takes a text apart or puts one together, or that it only looks something up."""
_OF_ERROR = re.compile(r"(^|[.:])[A-Z]\w*(Error|Exception)(\(\))?\.[a-z_]\w*$")
"""What an error was raised with: `ClientError.response`."""
_OF_VALUES = frozenset(
    {
        "split", "rsplit", "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "capitalize", "title", "swapcase",
        "encode", "replace", "partition", "rpartition", "startswith", "endswith", "splitlines", "zfill", "ljust",
        "rjust", "center", "expandtabs", "translate", "removeprefix", "removesuffix", "isdigit", "isalpha", "isalnum",
        "isnumeric", "isdecimal", "isspace", "rfind", "rindex", "format", "format_map", "hex", "fromhex",
        "strftime", "isoformat", "astimezone", "total_seconds", "timestamp", "timetuple", "utctimetuple", "weekday",
        "isoweekday", "toordinal", "utcoffset", "tzname", "date", "quantize", "as_tuple", "as_integer_ratio",
        "to_bytes", "bit_length", "is_integer", "tobytes", "group", "groups", "groupdict", "span", "finditer",
        "fullmatch", "xpath", "cssselect", "css", "findtext", "itertext", "iterfind", "get_text", "getroot",
        "select_one", "union", "intersection", "difference", "issubset", "issuperset", "sort", "reverse",
    }
)  # fmt: skip
"""Methods of texts, numbers, dates and markup, whatever they are called on."""
_OF_CONTAINERS = frozenset(
    {
        "get", "items", "keys", "values", "pop", "setdefault", "index", "count", "append", "extend", "insert", "add",
        "update", "copy", "find", "findall", "search", "match", "sub", "iter", "most_common", "elements", "getlist",
    }
)  # fmt: skip
"""Methods of containers and patterns, which clients and stores have as well."""
_HOLDER = re.compile(
    r"(client|session|https?|cache|redis|store|storage|db|database|conn|connection|cursor|coll|collection|table|repo|"
    r"repository|objects|query|queryset|manager|service|api|bucket|queue|dao|registry|pool|mongo|memcached?|users?|"
    r"proxy|gateway|backend|provider|remote|server|resolver)s?(\(\))?$",
    re.IGNORECASE,
)
"""What lies outside the process, going by its name."""


_ACTING = re.compile(
    r"^_*(save|store|persist|write|send|publish|emit|post|put|patch|delete|remove|destroy|create|insert|update|upsert|merge|"
    r"commit|rollback|execute|exec|run|start|launch|spawn|fetch|download|upload|load|read|query|request|connect|open|"
    r"sync|import|export|notify|dispatch|enqueue|push|pull|process|handle|invoke|submit|register|subscribe|unsubscribe|"
    r"install|apply|acquire|refresh|retrieve|lookup|call|record|track|report|set|add|drop|clear|flush|migrate|restart|"
    r"reload|init|setup|configure|bind|listen|accept|recv|receive|perform|trigger|schedule|charge|pay|ping|login|"
    r"authenticate|verify|check|navigate|click|goto|all|first|last|one|exists|aggregate|scalar|scalars|save_all|bulk|stop|"
    r"http|list|get|find|resolve|search|count|filter|select|wait|poll|move|copy|rename|mkdir|makedirs|touch|extract|unpack|train|learn)"
    r"(_\w+|All|Many|One|s)?$"
)
_ALWAYS = re.compile(
    r"(open|io\.open|codecs\.open|input|compile|exec|eval)$|(os|shutil|subprocess|socket|ssl|sqlite3|tempfile|glob|"
    r"importlib|signal|psutil|smtplib|imaplib|ftplib|paramiko|requests|httpx|aiohttp|urllib3?|redis|boto3|botocore|"
    r"pymongo|motor|psycopg2?|pymysql|MySQLdb|sqlalchemy|elasticsearch|kafka|kombu|pika|celery|docker|kubernetes|git|stripe|twilio|"
    r"django\.(db|core\.(cache|mail|files|management))|flask_mail|opentelemetry\.(sdk|exporter|instrumentation)|sentry_sdk|prometheus_client)\b"
)
_STORED = re.compile(
    r"\.objects(\(\))?\.|\.query(\(\))?\.|\.session\.|"
    r"_set\.(all|filter|exclude|get|create|first|last|count|exists|add|remove|clear|update|delete|order_by|values|"
    r"aggregate|annotate|select_related|prefetch_related|\w+_or_create|bulk_\w+)\b"
)
_OF_ROWS = ("sqlalchemy.orm.relationship().", "sqlalchemy.relationship().", "sqlalchemy.orm.mapped_column().")
"""What a row is related to: the methods are those of a model, not of the library."""
_GETTING = re.compile(
    r"^_*(list|get|find|resolve|search|count|filter|select|copy|set|add|check|one|last|all|extract|move|init|record)"
)


@lru_cache(maxsize=100_000)
def acts(name: str) -> bool:
    """Whether a call of this resolved name reaches or changes something: a store, a file, a peer, a program.

    Words that plain objects use as well (`get_name`, `add`) count on what lies outside the process, by its name.
    """
    if converts(name):
        return False
    related = name.startswith(_OF_ROWS)
    if (_ALWAYS.match(name) and not related) or _STORED.search(name):
        return True
    owner, _, last = name.rpartition(".")
    last = last.rpartition(":")[2].lstrip("?")
    if last.endswith("Connection"):
        return True
    if not _ACTING.match(last):
        return False
    if not _GETTING.match(last) or last in ("all", "set_password"):
        return True
    return bool(_HOLDER.search(owner.rpartition(".")[2].rpartition(":")[2].lstrip("?")))


_OF_MATCH = re.compile(r"\.(search|match|fullmatch|finditer)\(\)(\[\])?\.(start|end)$")
"""Where in a text a pattern was found: no start of anything."""


@lru_cache(maxsize=100_000)
def converts(name: str) -> bool:
    """Whether a call of this resolved name only works on values that are at hand.

    A method of another call's result counts by its own name: that call is one of its own, and judged as one.
    """
    if _PLAIN.match(name) or _SPEAKING.fullmatch(name) or name in _MADE_OF_TEXTS or _LAZY.match(name):
        return True
    if _OF_MATCH.search(name):
        return True
    owner, _, method = name.rpartition(".")
    if not owner:
        return False
    if method in _OF_VALUES:
        return True
    return method in _OF_CONTAINERS and _is_at_hand(owner)


def _is_at_hand(owner: str) -> bool:
    """Whether a thing is a container or pattern rather than a client, a store or an imported module."""
    if _OF_ERROR.search(owner):
        return True
    last = owner.rpartition(".")[2].rpartition(":")[2].lstrip("?")
    made = last[:1].isupper() and last.endswith("()") and not owner.rpartition(".")[0].endswith("()")
    if made or _HOLDER.search(last):
        return False
    held = "[]." in owner and "(" not in owner.rpartition("[]")[2]  # a field of what lies in a list
    return held or owner[0] in "?:" or owner.endswith(("()", "[]")) or last.isupper() or ":" in owner
