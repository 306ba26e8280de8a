-- How many rows came into each step of a recipe, how many stayed, and why the others left?
-- One row a step and reason; rows_in, kept and rows_out repeat over the reasons of a step.
WITH steps AS (
    SELECT 1 AS place, 'corpus_dump' AS artifact, * FROM corpus_dump__funnel
    UNION ALL BY NAME SELECT 2 AS place, 'raw_corpus' AS artifact, * FROM raw_corpus__funnel
    UNION ALL BY NAME SELECT 3 AS place, 'filtered_seeds' AS artifact, * FROM filtered_seeds__funnel
    UNION ALL BY NAME SELECT 4 AS place, 'instructions' AS artifact, * FROM instructions__funnel
    UNION ALL BY NAME SELECT 5 AS place, 'candidate_responses' AS artifact, * FROM candidate_responses__funnel
    UNION ALL BY NAME SELECT 6 AS place, 'verified_responses' AS artifact, * FROM verified_responses__funnel
    UNION ALL BY NAME SELECT 7 AS place, 'sft_dataset' AS artifact, * FROM sft_dataset__funnel
),
totals AS (
    SELECT
        place, artifact, min(position) AS position, step, unit,
        sum(rows_in) AS rows_in, sum(kept) AS kept, sum(rejected) AS rejected, sum(rows_out) AS rows_out
    FROM steps
    GROUP BY place, artifact, step, unit
),
reasons AS (
    SELECT artifact, stage AS step, reason, count(*) AS rows
    FROM (
        SELECT 'corpus_dump' AS artifact, stage, reason FROM corpus_dump__rejected
        UNION ALL SELECT 'raw_corpus', stage, reason FROM raw_corpus__rejected
        UNION ALL SELECT 'filtered_seeds', stage, reason FROM filtered_seeds__rejected
        UNION ALL SELECT 'instructions', stage, reason FROM instructions__rejected
        UNION ALL SELECT 'candidate_responses', stage, reason FROM candidate_responses__rejected
        UNION ALL SELECT 'verified_responses', stage, reason FROM verified_responses__rejected
        UNION ALL SELECT 'sft_dataset', stage, reason FROM sft_dataset__rejected
    )
    GROUP BY artifact, stage, reason
)
SELECT
    totals.artifact, totals.step, totals.unit, totals.rows_in, totals.kept, totals.rejected, totals.rows_out,
    reasons.reason, reasons.rows AS rejected_for_reason
FROM totals
LEFT JOIN reasons USING (artifact, step)
ORDER BY totals.place, totals.position, reasons.rows DESC, reasons.reason
