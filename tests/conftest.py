"""Fixtures that tests of more than one stage need, and the order in which files of tests are given to workers.

A real S3 protocol server over HTTP: Polars reads S3 with a client of its own that in-process mocks do not reach, so
the server is a process.
"""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import pytest

from resources.ports import free_port

# threads that spin while they wait take the cores from the tests beside them; read when torch is first loaded
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

if (
    sys.dont_write_bytecode
):  # or each of the hundreds of processes that tests start compiles the whole project
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix


def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means: one worker more than cores, for many tests wait for servers, daemons and time limits."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, by the `seconds` of their marks `slow`, so that none is begun when all else is done.

    Workers get whole files in this order (`--dist loadfile --no-loadscope-reorder`).
    """
    seconds: dict[Path, float] = {}
    for item in items:
        for mark in item.iter_markers("slow"):
            seconds[item.path] = seconds.get(item.path, 0.0) + mark.kwargs.get("seconds", 0.0)
    items.sort(key=lambda item: -seconds.get(item.path, 0.0))


@dataclass(frozen=True)
class S3Server:
    """A running S3 server; `storage_options` suits Polars, `fsspec_options` suits s3fs."""

    endpoint_url: str
    access_key: str = "seedline"
    secret_key: str = "seedline-secret"
    region: str = "us-east-1"

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to use this server."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ENDPOINT_URL_S3": self.endpoint_url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def storage_options(self) -> dict[str, str]:
        """Options for `polars.scan_parquet` and its like."""
        return {
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            "aws_region": self.region,
            "aws_endpoint_url": self.endpoint_url,
            "aws_allow_http": "true",
        }

    @property
    def fsspec_options(self) -> dict[str, str]:
        """Options for `s3fs.S3FileSystem` and `fsspec.filesystem("s3", ...)`."""
        return {"key": self.access_key, "secret": self.secret_key, "endpoint_url": self.endpoint_url}

    def client(self):
        """A boto3 S3 client on this server."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
        )

    def create_bucket(self, name: str) -> str:
        """Create an empty bucket (names are unique to a test by the caller's choice); returns `s3://name`."""
        self.client().create_bucket(Bucket=name)
        return f"s3://{name}"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A real S3 protocol server for the whole session; its address and credentials are in the environment."""
    pytest.importorskip("moto.server", reason="moto[server] is not installed (extra: dev)")
    port = free_port()
    server = S3Server(f"http://127.0.0.1:{port}")
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_up(server.endpoint_url, process)
        with _environment(server.environment):
            yield server
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_until_up(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the S3 server ended with exit status {process.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/moto-api/", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the S3 server did not answer within 60 s")


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
