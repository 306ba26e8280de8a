"""The row viewer: a small web server beside the Dagster UI that shows the rows of every table, page by page."""
