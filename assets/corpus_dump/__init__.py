"""The artifact `corpus_dump`: one dump of source files, judged file by file. Partitioned by dump."""
