"""Engines to cost on: DuckDB always, PostgreSQL where Debian's package is there, Spark when it is asked for."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import ibis
import pytest

# PySpark 4.3 and its part of Ibis use what pandas 3 warns of; nothing of it is ours
OF_SPARK = pytest.mark.filterwarnings("ignore")
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
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*as_user, str(SERVERS[-1] / "pg_ctl"), "-D", str(data), "-w"]
    started = [*control, "-l", str(folder / "log"), "-o", options, "start"]
    subprocess.run(started, check=True, capture_output=True, cwd=folder)
    yield f"postgres://test@127.0.0.1:{port}/postgres"
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=folder)
    shutil.rmtree(folder, ignore_errors=True)


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


@pytest.fixture(scope="session")
def spark():
    """Spark on a local cluster of two executors, each a process of its own."""
    if os.environ.get("OCTOREGISTRY_TEST_SPARK") != "1":
        pytest.skip("Spark is asked for with OCTOREGISTRY_TEST_SPARK=1; it needs pyspark and Java 17")
    sql = pytest.importorskip("pyspark.sql", reason="Spark parity needs pyspark")
    session = (
        sql.SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "8")
        .getOrCreate()
    )
    yield ibis.pyspark.connect(session)
    session.stop()
