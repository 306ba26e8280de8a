"""Where artifacts meet Dagster: how they are declared, published and pictured."""
