"""The filters of the recipes: each a named rule with its settings, one idea a file."""

from assets.filtered_seeds.filters.recipe import FilterSettings, filter_files, filter_seeds

__all__ = ["FilterSettings", "filter_files", "filter_seeds"]
