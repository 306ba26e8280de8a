-- For which reasons were rows rejected, by the dump that their file came with: does a reason grow over time?
WITH files AS (SELECT file_id, min(dump) AS dump FROM corpus_dump GROUP BY file_id),
dropped AS (
    SELECT 1 AS place, 'raw_corpus' AS artifact, file_id, stage, reason FROM raw_corpus__rejected
    UNION ALL SELECT 2, 'filtered_seeds', file_id, stage, reason FROM filtered_seeds__rejected
    UNION ALL SELECT 3, 'instructions', file_id, stage, reason FROM instructions__rejected
    UNION ALL SELECT 4, 'candidate_responses', file_id, stage, reason FROM candidate_responses__rejected
    UNION ALL SELECT 5, 'verified_responses', file_id, stage, reason FROM verified_responses__rejected
    UNION ALL SELECT 6, 'sft_dataset', file_id, stage, reason FROM sft_dataset__rejected
)
SELECT coalesce(dump, 'unknown') AS dump, artifact, stage, reason, count(*) AS rows
FROM dropped
LEFT JOIN files USING (file_id)
GROUP BY dump, place, artifact, stage, reason
ORDER BY dump, place, rows DESC, reason
