"""Import inference for Python: the lines that make a function of a file stand alone."""

from assets.filtered_seeds.import_inference.inference import ImportSettings, infer_imports, standalone_source

__all__ = ["ImportSettings", "infer_imports", "standalone_source"]
