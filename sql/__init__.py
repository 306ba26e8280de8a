"""The audit questions, one SQL file a question, for DuckDB over the Parquet files."""
