"""Folders of adapters to data sources that users set up, where reaching those is the product; judges no adapter."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from readiness_bot.repo.python import Python

_CLIENTS = frozenset(
    {
        "psycopg2", "psycopg", "asyncpg", "pymysql", "MySQLdb", "mysql", "aiomysql", "pymongo", "motor", "cassandra",
        "elasticsearch", "opensearchpy",
        "clickhouse_driver", "clickhouse_connect", "snowflake", "google", "boto3", "pymssql", "pyodbc", "cx_Oracle",
        "oracledb", "impala", "pyhive",
        "trino", "prestodb", "duckdb", "sqlite3", "influxdb", "influxdb_client", "pinotdb", "pydruid", "phoenixdb",
        "vertica_python", "couchbase",
        "neo4j", "redis", "sqlalchemy", "pymilvus", "chromadb", "qdrant_client", "weaviate", "pinecone", "hdbcli",
        "ibm_db", "ibm_db_dbi", "firebirdsql",
        "teradatasql", "databricks", "monetdbd", "pymonetdb", "simple_salesforce", "stripe", "slack_sdk", "hubspot",
        "shopify", "gspread", "snowflake_connector",
        "pyexasol", "taos", "taospy", "kylinpy", "rockset", "tdclient", "dql", "memsql", "nzpy", "requests", "httpx",
        "surrealdb", "couchdb", "crate",
    }
)  # fmt: skip
_FEWEST = 6


class Connectors:
    """Questions about adapters to users' data sources.

    A folder holds them where its modules, or those of the folders in it, talk to six or more different kinds of stores
    and services: nobody keeps the data of one service in so many.
    """

    LOOKS = "Python code"

    def __init__(self, python: Python) -> None:
        self._python = python

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders of adapters."""
        direct: dict[str, set[str]] = defaultdict(set)
        nested: dict[str, set[str]] = defaultdict(set)
        for module in self._python.production:
            used = {item.target.partition(".")[0] for item in module.facts.imports} & _CLIENTS
            folder = module.path.rpartition("/")[0]
            direct[folder] |= used
            nested[folder.rpartition("/")[0]] |= used
        found = {
            folder for folder, used in direct.items() if folder and len(used) >= _FEWEST and self._is_named(folder)
        }
        return frozenset(
            found
            | {folder for folder, used in nested.items() if folder and len(used) >= _FEWEST and self._is_named(folder)}
        )

    @staticmethod
    def _is_named(folder: str) -> bool:
        last = folder.rpartition("/")[2].lower()
        return any(word in last for word in _WORDS)

    def holds(self, path: str) -> bool:
        """Whether a path lies in a folder of adapters."""
        return any(path.startswith(f"{folder}/") for folder in self.folders)


_WORDS = (
    "runner",
    "connector",
    "handler",
    "integration",
    "datasource",
    "data_source",
    "source",
    "adapter",
    "driver",
    "plugin",
    "engine",
    "provider",
    "destination",
    "dialect",
)
