-- How many rows of each artifact would a take-down of a repository, a path or a license remove?
-- param repo: owner/name
-- param path: beginning of a path
-- param license: SPDX identifier that the license names
WITH files AS (
    SELECT DISTINCT file_id
    FROM raw_corpus
    WHERE (getvariable('repo') IS NULL OR lower(repo) = lower(getvariable('repo')))
        AND (getvariable('path') IS NULL OR starts_with(path, getvariable('path')))
        AND (
            getvariable('license') IS NULL
            OR list_contains(regexp_extract_all(lower(license), '[a-z0-9.+-]+'), lower(getvariable('license')))
        )
        AND coalesce(getvariable('repo'), getvariable('path'), getvariable('license')) IS NOT NULL
),
rows_of AS (
    SELECT 1 AS place, 'raw_corpus' AS artifact, language, file_id FROM raw_corpus
    UNION ALL SELECT 2, 'filtered_seeds', language, file_id FROM filtered_seeds
    UNION ALL SELECT 3, 'instructions', language, file_id FROM instructions
    UNION ALL SELECT 4, 'candidate_responses', language, file_id FROM candidate_responses
    UNION ALL SELECT 5, 'verified_responses', language, file_id FROM verified_responses
    UNION ALL SELECT 6, 'sft_dataset', language, file_id FROM sft_dataset
)
SELECT
    artifact, language,
    count(*) AS rows,
    count(*) FILTER (WHERE files.file_id IS NOT NULL) AS rows_removed,
    round(count(*) FILTER (WHERE files.file_id IS NOT NULL) / count(*), 4) AS share
FROM rows_of
LEFT JOIN files USING (file_id)
GROUP BY place, artifact, language
ORDER BY place, language
