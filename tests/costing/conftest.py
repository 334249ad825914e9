"""Engines to cost on: DuckDB always, PostgreSQL where Debian's package is there, Spark when it is asked for."""

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import ibis
import pyarrow.parquet as pq
import pytest

from tests.waiting import LIMIT

# PySpark 4.3 and its part of Ibis use what pandas 3 warns of; nothing of it is ours
OF_SPARK = pytest.mark.filterwarnings("ignore")
_NEEDED_BY_SPARK = {
    "pyspark (pip install -e '.[spark]')": lambda: importlib.util.find_spec("pyspark"),
    "Java (17, as JAVA_HOME or in PATH)": lambda: os.environ.get("JAVA_HOME") or shutil.which("java"),
}
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch, tmp_path):
    """Tests read no registry and no settings that the machine names, and write no cache into anybody's home."""
    monkeypatch.delenv("OCTOREGISTRY_MODELS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory):
    """The address of a PostgreSQL server that this run started on a free port, as a user without rights."""
    pytest.importorskip("psycopg", reason="PostgreSQL parity needs psycopg")
    if not SERVERS:
        pytest.skip("PostgreSQL parity needs Debian's package postgresql: no /usr/lib/postgresql/*/bin")
    folder = tmp_path_factory.mktemp("postgres")
    as_user = []
    if os.geteuid() == 0:
        # the server refuses to run as root; nobody owns its folder, and may walk to it
        as_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if shutil.which("setpriv") is None:
            pytest.skip("PostgreSQL does not run as root, and there is no setpriv to leave root with")
        folder = Path("/tmp") / f"octoregistry-postgres-{os.getpid()}"  # noqa: S108 - pytest's own folder is root's
        folder.mkdir(mode=0o700)
        os.chown(folder, 65534, 65534)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    run = [
        *as_user,
        str(SERVERS[-1] / "initdb"),
        "-D",
        str(data),
        "-U",
        "test",
        "--auth=trust",
        "--no-sync",
        "-E",
        "UTF8",
    ]
    subprocess.run(run, check=True, capture_output=True, cwd=folder)
    server = [*as_user, str(SERVERS[-1] / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder)]
    server += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    # it ends with the standard input of the shell beside it, and so with this run, however that ends: SIGQUIT is
    # PostgreSQL's own "at once"
    guarded = ["sh", "-c", '"$@" </dev/null & read -r _; kill -QUIT $!; wait; rm -rf "$0"', str(folder), *server]
    with (folder / "log").open("wb") as log:
        guard = subprocess.Popen(
            guarded, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder, start_new_session=True
        )
    _wait_until_it_answers(port, folder / "log")
    yield f"postgres://test@127.0.0.1:{port}/postgres"
    guard.communicate(timeout=LIMIT)


def _wait_until_it_answers(port, log):
    psycopg = pytest.importorskip("psycopg")
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        try:
            return psycopg.connect(host="127.0.0.1", port=port, user="test", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session", params=["duckdb", "postgres", pytest.param("spark", marks=OF_SPARK)])
def engine(request):
    """A connection to an engine."""
    if request.param == "spark":
        yield request.getfixturevalue("spark")
        return
    url = "duckdb://" if request.param == "duckdb" else request.getfixturevalue("postgres_url")
    connection = ibis.connect(url)
    yield connection
    connection.disconnect()


@pytest.fixture
def on_engine(engine, tmp_path):
    """A table of Arrow as a table of the engine, every value as it is: Spark takes one in memory by way of pandas,
    which makes a NaN a missing value and a whole number a fraction."""

    def on_it(table):
        if engine.name != "pyspark":
            return ibis.memtable(table)
        file = tmp_path / "calls.parquet"
        pq.write_table(table, file)
        return engine.read_parquet(str(file))

    return on_it


@pytest.fixture(scope="session")
def spark():
    """Spark on a local cluster of two executors, each a process of its own."""
    if os.environ.get("OCTOREGISTRY_TEST_SPARK") != "1":
        pytest.skip("Spark is tested where OCTOREGISTRY_TEST_SPARK=1: pip install -e '.[spark]', and Java 17")
    # whoever asks for Spark and cannot have it is told by a failure: a skip would look like a pass
    if missing := [what for what, is_there in _NEEDED_BY_SPARK.items() if not is_there()]:
        pytest.fail(f"OCTOREGISTRY_TEST_SPARK=1, but there is no {' and no '.join(missing)}")
    from pyspark import sql

    session = (
        sql.SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        # a query of ours is large and its rows here are few: compiling it to Java takes longer than running it
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .getOrCreate()
    )
    yield ibis.pyspark.connect(session)
    session.stop()
