"""`croissant.json`: the data set in Croissant 1.1, with RAI vocabulary and PROV-O, as venues and engines read."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from assets.exports.papers import BLANK, Stated, licenses, models, repositories

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "prov": "http://www.w3.org/ns/prov#",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_TYPES = {pl.String: "sc:Text", pl.Int64: "sc:Integer", pl.Float64: "sc:Float", pl.Boolean: "sc:Boolean"}


def croissant(stated: Stated, schemas: dict[str, pl.Schema]) -> str:
    """The text of `croissant.json`; `schemas` has the columns of every data file by its path."""
    contents = stated.contents
    about: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": contents.title,
        "description": _description(stated),
        "version": "1.0.0",
        "datePublished": stated.date,
        "license": licenses(contents.rows) or BLANK,
        "creator": {"@type": "sc:Organization", "name": BLANK, "url": "https://example.org/"},
        "url": "https://example.org/",
        "citeAs": BLANK,
        "keywords": ["code", "synthetic", *sorted(contents.rows["language"].drop_nulls().unique())],
        "inLanguage": ["code"],
        "isLiveDataset": False,
        **_responsible(stated),
        **_provenance(stated),
        "distribution": [_file(path, stated.files[path]) for path in sorted(schemas)],
        "recordSet": [_record_set(path, schemas[path], contents.columns) for path in sorted(schemas)],
    }
    return json.dumps(about, indent=1, ensure_ascii=False) + "\n"


def _description(stated: Stated) -> str:
    contents = stated.contents
    recipes = " ".join(f"{one.name}: {one.description.strip()}" for one in contents.recipes)
    return f"{contents.rows.height} rows of code instruction data, made by Seedline {contents.seedline}. {recipes}"


def _responsible(stated: Stated) -> dict[str, Any]:
    """Facts by query; opinions as blanks."""
    contents = stated.contents
    steps = [
        f"{one['step']}: {one['kept']} of {one['rows_in']} rows kept" for one in contents.funnel.to_dicts()
    ]
    asked = [name if revision is None else f"{name} ({revision})" for name, revision in models(contents)]
    checked = sorted({method for one in contents.recipes for method in one.decontamination})
    known = sum(one.benchmarks.height for one in contents.recipes)
    return {
        "rai:dataCollection": "Source files of repositories, from dumps; prompts and answers were written from parts "
        "of them, answers verified by running their tests where the recipe does so.",
        "rai:dataCollectionType": ["Software Collection", "Others"],
        "rai:dataPreprocessingProtocol": steps,
        "rai:machineAnnotationTools": asked or ["none: rules wrote the rows, no model"],
        "rai:dataLimitations": [
            f"Benchmarks were looked for by {', '.join(checked) or 'no method'} ({known} registered); those in other "
            "words may be missed.",
            BLANK,
        ],
        "rai:personalSensitiveInformation": [
            "Rows with keys or tokens of known forms were left out, and personal data where the recipe's filters "
            "recognize it; what they do not recognize is not known."
        ],
        "rai:dataBiases": [BLANK],
        "rai:dataUseCases": [BLANK],
        "rai:dataSocialImpact": BLANK,
        "rai:dataReleaseMaintenancePlan": BLANK,
    }


def _provenance(stated: Stated) -> dict[str, Any]:
    contents = stated.contents
    sources = [
        {
            "@type": "prov:Entity",
            "prov:label": f"{repo} {commit}" if commit else repo,
            "dct:license": license_ or "unknown",
        }
        for repo, commit, license_ in repositories(contents.rows)
    ]
    agents = [{"@type": "prov:SoftwareAgent", "prov:label": f"Seedline {contents.seedline}"}]
    agents += [
        {"@type": "prov:SoftwareAgent", "prov:label": name if revision is None else f"{name} ({revision})"}
        for name, revision in models(contents)
    ]
    return {
        "prov:wasDerivedFrom": sources,
        "prov:wasGeneratedBy": [
            {
                "@type": "prov:Activity",
                "prov:label": f"recipe {one.name}: {', '.join(f'{stage} {how}' for stage, how in one.methods.items())}",
                "prov:wasAssociatedWith": agents,
            }
            for one in contents.recipes
        ],
    }


def _file(path: str, digest: str) -> dict[str, Any]:
    lines = path.endswith(".jsonl")
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "encodingFormat": "application/jsonlines" if lines else "application/x-parquet",
        "sha256": digest,
    }


def _record_set(path: str, schema: pl.Schema, meanings: Any) -> dict[str, Any]:
    name = str(Path(path).with_suffix(""))
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "field": [
            _field(f"{name}/{column}", path, column, kind, meanings.get(column, column))
            for column, kind in schema.items()
        ],
    }


def _field(
    name: str, path: str, column: str, kind: pl.DataType, meaning: str, inside: tuple[str, ...] = ()
) -> dict[str, Any]:
    source: dict[str, Any] = {"fileObject": {"@id": path}, "extract": {"column": column}}
    if inside:
        source["transform"] = {"jsonPath": ".".join(inside)}
    field: dict[str, Any] = {"@type": "cr:Field", "@id": name, "name": name, "description": meaning}
    if isinstance(kind, pl.List):
        field |= {"isArray": True, "arrayShape": "-1"}
        kind = kind.inner if isinstance(kind.inner, pl.DataType) else kind.inner()
    if isinstance(kind, pl.Struct):
        field["subField"] = [
            _field(f"{name}/{one.name}", path, column, one.dtype, one.name, (*inside, one.name))  # pyright: ignore[reportArgumentType]
            for one in kind.fields
        ]
        return field
    return field | {"dataType": _TYPES.get(type(kind), "sc:Text"), "source": source}
