"""`dataset.spdx.json`: the data set as an SPDX 3.0.1 document of the dataset profile, for inventories of software."""

import hashlib
import json
from typing import Any

from license_expression import get_spdx_licensing

from assets.exports.papers import BLANK, Stated, licenses, models

_NO_ASSERTION = "https://spdx.org/rdf/3.0.1/terms/Licensing/NoAssertion"


def spdx(stated: Stated) -> str:
    """The text of `dataset.spdx.json`."""
    contents, rows = stated.contents, stated.contents.rows
    listing = "".join(f"{stated.files[path]}  {path}\n" for path in sorted(stated.files))
    digest = hashlib.sha256(listing.encode()).hexdigest()
    base = f"urn:seedline:dataset:{digest[:32]}"
    when = f"{stated.date}T00:00:00Z"
    info = "_:created"
    publisher, tool, data, expression = (
        f"{base}#publisher",
        f"{base}#seedline",
        f"{base}#data",
        f"{base}#license",
    )
    names = licenses(rows)
    graph: list[dict[str, Any]] = [
        {
            "type": "CreationInfo",
            "@id": info,
            "specVersion": "3.0.1",
            "created": when,
            "createdBy": [publisher],
            "createdUsing": [tool],
        },
        {"type": "Organization", "spdxId": publisher, "creationInfo": info, "name": BLANK},
        {"type": "Tool", "spdxId": tool, "creationInfo": info, "name": f"Seedline {contents.seedline}"},
        {
            "type": "dataset_DatasetPackage",
            "spdxId": data,
            "creationInfo": info,
            "name": contents.title,
            "summary": f"{rows.height} rows of code instruction data in the form {contents.settings.format}",
            "builtTime": when,
            "releaseTime": when,
            "originatedBy": [publisher],
            "software_primaryPurpose": "data",
            "software_downloadLocation": "https://example.org/",
            "software_packageVersion": digest[:12],
            "software_attributionText": ["See NOTICE: repositories by license."],
            "dataset_datasetType": ["text", "structured"],
            "dataset_datasetSize": rows.height,
            "dataset_dataCollectionProcess": "Prompts and answers written from parts of source files: "
            + "; ".join(
                f"{one.name}: {', '.join(f'{stage} {how}' for stage, how in one.methods.items())}"
                for one in contents.recipes
            ),
            "dataset_dataPreprocessing": [
                f"{one['step']}: {one['kept']} of {one['rows_in']} rows kept"
                for one in contents.funnel.to_dicts()
            ],
            "dataset_hasSensitivePersonalInformation": "noAssertion",
            "dataset_intendedUse": BLANK,
            "dataset_knownBias": [BLANK],
            "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": digest}],
        },
        {
            "type": "simplelicensing_LicenseExpression",
            "spdxId": expression,
            "creationInfo": info,
            "simplelicensing_licenseExpression": joined(names),
        },
        _relation(
            f"{base}#declared", info, data, "hasDeclaredLicense", [expression if names else _NO_ASSERTION]
        ),
        _relation(f"{base}#concluded", info, data, "hasConcludedLicense", [_NO_ASSERTION]),
    ]
    for number, (name, revision) in enumerate(models(contents)):
        model = f"{base}#model-{number}"
        said = name if revision is None else f"{name} ({revision})"
        graph.append({"type": "Tool", "spdxId": model, "creationInfo": info, "name": said})
        graph.append(_relation(f"{model}-used", info, data, "usesTool", [model]))
    elements = [one["spdxId"] for one in graph if "spdxId" in one]
    graph.append(
        {
            "type": "SpdxDocument",
            "spdxId": f"{base}#document",
            "creationInfo": info,
            "name": contents.title,
            "profileConformance": ["core", "software", "simpleLicensing", "dataset"],
            "rootElement": [data],
            "element": elements,
        }
    )
    about = {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph}
    return json.dumps(about, indent=1, ensure_ascii=False) + "\n"


def joined(names: list[str]) -> str:
    """One expression in which all of these hold, each of them in brackets where it needs them."""
    if not names:
        return "NOASSERTION"
    licensing = get_spdx_licensing()
    parsed = [licensing.parse(name) for name in names]
    return str(parsed[0] if len(parsed) == 1 else licensing.AND(*parsed))


def _relation(name: str, info: str, source: str, kind: str, targets: list[str]) -> dict[str, Any]:
    return {
        "type": "Relationship",
        "spdxId": name,
        "creationInfo": info,
        "from": source,
        "relationshipType": kind,
        "to": targets,
    }
