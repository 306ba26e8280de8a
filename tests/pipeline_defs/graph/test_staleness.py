"""The class of the cause that makes a table out of date."""

import re

from pipeline_defs.deployment import Deployment
from pipeline_defs.graph.staleness import Cause, _code_or_settings


def test_a_code_version_tells_changed_code_from_changed_settings() -> None:
    graph = Deployment.open({"recipes": ["demo"]}).definitions().resolve_asset_graph()
    versions = [graph.get(key).code_version for key in graph.materializable_asset_keys]
    with_settings = [one for one in versions if one and re.fullmatch(r".+-[0-9a-f]+", one)]
    assert len(with_settings) >= 5, versions
    for version in with_settings:
        code, _, settings = version.rpartition("-")
        assert _code_or_settings(version, f"{code}-{settings[::-1]}0") is Cause.SETTINGS
        assert _code_or_settings(version, f"{code}1-{settings}") is Cause.CODE
        assert _code_or_settings("", version) is Cause.CODE
