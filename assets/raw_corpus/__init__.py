"""The artifact `raw_corpus`: the files of all dumps that may be used, each once. Partitioned by language."""
