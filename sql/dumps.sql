-- Which dumps are stored, and what did each add: files read, files that are in the corpus, training rows?
WITH usable AS (SELECT dump, count(*) AS files, sum(size) AS bytes FROM raw_corpus GROUP BY dump),
trained AS (
    SELECT raw_corpus.dump, count(*) AS rows
    FROM sft_dataset JOIN raw_corpus USING (file_id)
    GROUP BY raw_corpus.dump
)
SELECT
    corpus_dump.dump,
    corpus_dump.language,
    count(*) AS files_read,
    count(*) FILTER (WHERE content = '' AND size > 0) AS files_taken_down,
    any_value(usable.files) AS files_in_corpus_of_dump,
    any_value(trained.rows) AS training_rows_of_dump
FROM corpus_dump
LEFT JOIN usable ON usable.dump = corpus_dump.dump
LEFT JOIN trained ON trained.dump = corpus_dump.dump
GROUP BY corpus_dump.dump, corpus_dump.language
ORDER BY corpus_dump.dump, files_read DESC
