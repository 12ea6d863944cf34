"""A real PostgreSQL and an S3 API on loopback, where they can be had; a plugin for pytest."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

BUCKET = "kinodex-tests"
DEBIAN_FOLDER = "/usr/lib/postgresql"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a private cluster, without a database; it is thrown away at the end."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's initdb and postgres are not installed")
    with tempfile.TemporaryDirectory(prefix="kinodex-pg-", dir="/tmp") as folder:
        user = _unprivileged_user()
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        data, port = Path(folder, "data"), _free_port()
        _run(
            [binaries / "initdb", "-D", data, "-U", "kinodex", "-A", "trust", "-E", "UTF8", "-N"],
            user,
            folder,
        )
        options = f"-p {port} -k {folder} -h 127.0.0.1 -c fsync=off -c max_connections=200"
        control = [binaries / "pg_ctl", "-D", data, "-w", "-l", Path(folder, "log")]
        _run([*control, "-o", options, "start"], user, folder)
        try:
            yield f"postgresql://kinodex@127.0.0.1:{port}"
        finally:
            _run([*control, "-m", "immediate", "stop"], user, folder)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh database."""
    with postgres_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def s3_config() -> Iterator[dict[str, str]]:
    """What a client needs for an S3 API on loopback that has an empty bucket, named ``BUCKET``."""
    server = pytest.importorskip("moto.server", reason="moto, which plays S3, is not installed")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    config = {
        "aws_endpoint_url": f"http://{host}:{port}",
        "aws_access_key_id": "kinodex",
        "aws_secret_access_key": "kinodex-secret",
        "aws_region": "us-east-1",
        "aws_profile": "not known to the library",
    }
    _make_bucket(config)
    yield config
    running.stop()


@pytest.fixture
def s3_url(s3_config: dict[str, str]) -> str:
    """A prefix of the bucket that nobody else uses; it goes with ``s3_config``."""
    return f"s3://{BUCKET}/{token_hex(6)}"


def _postgres_binaries() -> Path | None:
    folders = [Path(found).parent for found in [shutil.which("initdb")] if found]
    folders += sorted(Path(DEBIAN_FOLDER).glob("*/bin"), reverse=True)
    usable = (folder for folder in folders if all((folder / name).exists() for name in ("initdb", "pg_ctl")))
    return next(usable, None)


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    name = f"test_{token_hex(6)}"
    url = make_url(f"{server}/postgres").set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
    yield f"{server}/{name}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    return next(
        name for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()}
    )


def _run(command: list[Any], user: str | None, folder: str) -> None:
    subprocess.run(
        [str(part) for part in command],
        check=True,
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _make_bucket(config: dict[str, str]) -> None:
    import boto3

    boto3.client(
        "s3",
        endpoint_url=config["aws_endpoint_url"],
        aws_access_key_id=config["aws_access_key_id"],
        aws_secret_access_key=config["aws_secret_access_key"],
        region_name=config["aws_region"],
    ).create_bucket(Bucket=BUCKET)
