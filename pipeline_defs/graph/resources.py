"""From settings to resources: the one place where a deployment's settings become Dagster resources."""

from typing import Any

from pipeline_defs.configuration.settings import Settings
from resources.alerts.resource import Alerts
from resources.corpus_source.resource import CorpusSourcesResource
from resources.embedder.resource import EmbedderResource
from resources.engines.resource import EnginesResource
from resources.parquet_store.io_manager import ParquetIOManager
from resources.row_cache.resource import RowCacheResource
from resources.sandbox.resource import SandboxResource
from resources.trainer.resource import TrainerResource
from resources.type_checker.resource import TypeCheckerResource
from resources.workers.resource import WorkersResource


def build_resources(settings: Settings) -> dict[str, Any]:
    """Resources by the names that assets ask for."""
    s3 = settings.s3.model_dump()
    built: dict[str, Any] = {
        "store": ParquetIOManager(root=settings.store_root, **s3),
        "row_cache": RowCacheResource(root=settings.cache_root, **s3),
        "corpus_sources": CorpusSourcesResource(
            named={name: source.model_dump(mode="json") for name, source in settings.dumps.named.items()},
            folder=str(settings.dumps.folder) if settings.dumps.folder else None,
            s3_prefix=settings.dumps.s3_prefix,
            **s3,
        ),
        "alerts": Alerts(settings.alerts),
        "engines": EnginesResource(settings.engines, settings.home / "engines"),
        "sandbox": SandboxResource.model_validate(
            {
                **settings.sandbox.limits.model_dump(),
                "backend": settings.sandbox.backend,
                "workers": settings.sandbox.workers,
                "python": settings.sandbox.python,
            }
        ),
        "embedder": EmbedderResource(device=settings.engines.device, threads=settings.engines.threads),
        "type_checker": TypeCheckerResource(workers=settings.workers),
        "workers": WorkersResource(processes=settings.workers),
        "trainer": TrainerResource(
            models=settings.models_root,
            here=str(settings.home / "models"),
            device=settings.engines.device,
            threads=settings.engines.threads,
            state_every=settings.training.state_every,
            **s3,
        ),
    }
    if settings.dumps.s3_prefix is not None:
        from dagster_aws.s3 import S3Resource

        built["s3"] = S3Resource(endpoint_url=settings.s3.endpoint_url, region_name=settings.s3.region)
    return built
