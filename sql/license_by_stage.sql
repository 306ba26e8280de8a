-- How many rows of each artifact stand under which license?
WITH files AS (SELECT file_id, any_value(license) AS license FROM raw_corpus GROUP BY file_id),
rows_of AS (
    SELECT 1 AS place, 'raw_corpus' AS artifact, file_id FROM raw_corpus
    UNION ALL SELECT 2, 'filtered_seeds', file_id FROM filtered_seeds
    UNION ALL SELECT 3, 'instructions', file_id FROM instructions
    UNION ALL SELECT 4, 'candidate_responses', file_id FROM candidate_responses
    UNION ALL SELECT 5, 'verified_responses', file_id FROM verified_responses
    UNION ALL SELECT 6, 'sft_dataset', file_id FROM sft_dataset
)
SELECT
    artifact,
    coalesce(license, 'unknown') AS license,
    count(*) AS rows,
    round(count(*) / sum(count(*)) OVER (PARTITION BY artifact), 4) AS share
FROM rows_of
LEFT JOIN files USING (file_id)
GROUP BY place, artifact, license
ORDER BY place, rows DESC, license
