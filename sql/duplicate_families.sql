-- Which rows were kept for how many duplicates, at which step? One row a family, the largest first.
-- param least: rows that a family has besides the kept one (default 1)
WITH dropped AS (
    SELECT 'raw_corpus' AS artifact, * FROM raw_corpus__rejected
    UNION ALL BY NAME SELECT 'filtered_seeds' AS artifact, * FROM filtered_seeds__rejected
    UNION ALL BY NAME SELECT 'instructions' AS artifact, * FROM instructions__rejected
    UNION ALL BY NAME SELECT 'candidate_responses' AS artifact, * FROM candidate_responses__rejected
    UNION ALL BY NAME SELECT 'sft_dataset' AS artifact, * FROM sft_dataset__rejected
)
SELECT
    artifact, stage, reason, detail AS kept_row,
    count(*) AS duplicates,
    count(DISTINCT repo) AS repositories,
    any_value(repo) AS example_repository,
    any_value(path) AS example_path
FROM dropped
WHERE reason LIKE '%duplicate%'
GROUP BY artifact, stage, reason, detail
HAVING count(*) >= coalesce(TRY_CAST(getvariable('least') AS BIGINT), 1)
ORDER BY duplicates DESC, artifact, kept_row
