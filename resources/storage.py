"""Where files live: a local folder or an S3 prefix, behind one small class.

fsspec and polars' object store spell the same S3 settings differently; this is the one place that knows both
dialects. Keys and secrets are never settings of ours: they come from the standard AWS environment variables,
profiles or instance roles.
"""

import os
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import fsspec
from fsspec import AbstractFileSystem
from pydantic import BaseModel, ConfigDict, Field

from resources.regular_files import read_regular
from resources.whole_files import move_into_place, replacing

STAGING = ".staging"
"""Folder of files in the making, below a local root."""


class S3Options(BaseModel):
    """Address of an S3 protocol server other than AWS."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint_url: str | None = Field(
        default=None, description="e.g. http://127.0.0.1:9000; AWS itself when empty"
    )
    region: str | None = Field(default=None, description="e.g. eu-west-1")


class Storage:
    """Files under one root, which is a local path or `s3://bucket/prefix`."""

    def __init__(self, root: str | Path, s3: S3Options | None = None) -> None:
        text = str(root)
        self.is_s3 = text.startswith("s3://")
        if "://" in text and not self.is_s3:
            raise ValueError(f"storage root {text!r}: only local paths and s3:// are supported")
        self.root = text.rstrip("/") if self.is_s3 else str(Path(text).expanduser().absolute())
        self.s3 = s3 or S3Options()

    @cached_property
    def fs(self) -> AbstractFileSystem:
        """The fsspec file system; listings are never cached, since other processes write too."""
        if not self.is_s3:
            return fsspec.filesystem("file")
        options: dict[str, Any] = {"use_listings_cache": False, "skip_instance_cache": True}
        if self.s3.endpoint_url:
            options["endpoint_url"] = self.s3.endpoint_url
        if self.s3.region:
            options["client_kwargs"] = {"region_name": self.s3.region}
        return fsspec.filesystem("s3", **options)

    def path(self, *parts: str) -> str:
        """`parts` joined below the root; with the `s3://` prefix on S3."""
        return "/".join([self.root, *parts])

    def polars_options(self) -> dict[str, str] | None:
        """`storage_options` for polars' readers; None on local disk."""
        if not self.is_s3:
            return None
        options: dict[str, str] = {}
        if self.s3.endpoint_url:
            options["aws_endpoint_url"] = self.s3.endpoint_url
            if self.s3.endpoint_url.startswith("http://"):
                options["aws_allow_http"] = "true"
        region = self.s3.region or os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")
        if region or self.s3.endpoint_url:
            options["aws_region"] = region or "us-east-1"
        return options

    def exists(self, path: str) -> bool:
        """Whether a file or folder is at `path`."""
        return bool(self.fs.exists(path))

    def list_files(self, folder: str) -> list[str]:
        """Paths of the files directly in `folder`, sorted; empty when there is no such folder."""
        try:
            found = self.fs.ls(folder, detail=True)
        except FileNotFoundError:
            return []
        paths = [entry["name"] for entry in found if entry["type"] == "file"]
        return sorted(f"s3://{path}" if self.is_s3 else path for path in paths)

    def versions(self) -> dict[str, str]:
        """Every finished file below the root with what changes when it is replaced; one listing on S3."""
        if not self.is_s3:
            return dict(_local_versions(self.root))
        try:
            found = cast(dict[str, dict[str, Any]], self.fs.find(self.root, detail=True))
        except FileNotFoundError:
            return {}
        return {f"s3://{path}": _s3_version(info) for path, info in found.items()}

    def version(self, path: str) -> str | None:
        """What changes when the file at `path` is replaced; None where there is none."""
        try:
            return _s3_version(self.fs.info(path)) if self.is_s3 else _local_version(path)
        except FileNotFoundError:
            return None

    def read_bytes(self, path: str) -> bytes:
        """The file's bytes. Raises FileNotFoundError."""
        if not self.is_s3:
            return read_regular(path)
        data = self.fs.cat_file(path)
        return data if isinstance(data, bytes) else data.encode()

    def write_bytes(self, path: str, data: bytes) -> None:
        """Write a whole file so that a reader sees the old content or the new one, never a part."""
        if self.is_s3:
            self.fs.pipe_file(path, data)  # an S3 object appears when its upload is complete
            return
        with replacing(Path(path)) as unfinished:
            unfinished.write_bytes(data)

    def move_into_place(self, local: Path, path: str) -> None:
        """Move a finished local file to `path` at once: by rename on disk, by one upload on S3."""
        if self.is_s3:
            self.fs.put_file(str(local), path)
            local.unlink()
            return
        move_into_place(local, Path(path))

    def remove(self, path: str) -> None:
        """Remove a file or a whole folder; nothing happens when it is not there."""
        try:
            self.fs.rm(path, recursive=True)
        except FileNotFoundError:
            return

    def staging_folder(self) -> Path:
        """A local folder for files in the making: on the same disk as the root when that is local."""
        if self.is_s3:
            folder = Path(tempfile.gettempdir()) / f"seedline-staging-{os.getuid()}"
        else:
            folder = Path(self.root) / STAGING
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _local_versions(root: str) -> Iterator[tuple[str, str]]:
    for folder, subfolders, names in os.walk(root):
        if folder == root and STAGING in subfolders:
            subfolders.remove(STAGING)
        for name in names:
            path = f"{folder}/{name}"
            try:
                yield path, _local_version(path)
            except FileNotFoundError:  # removed since it was listed
                continue


def _local_version(path: str) -> str:
    stat = Path(path).stat()
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ino}"


def _s3_version(info: dict[str, Any]) -> str:
    return f"{info.get('ETag')} {info.get('size')}"
