-- What did the answers that are kept cost, by stage, language and model, and how much is that for each training row?
-- param prompt_price: money for a million prompt tokens (default 0)
-- param completion_price: money for a million completion tokens (default 0)
-- Answers that were rejected are not in these tables; what they cost is in the assets' metadata.
WITH answers AS (
    SELECT 1 AS place, 'instructions: concepts' AS stage, language, concepts_generation AS generation FROM instructions
    UNION ALL SELECT 2, 'instructions', language, generation FROM instructions
    UNION ALL SELECT 3, 'instructions: solution', language, solution_generation FROM instructions
    UNION ALL SELECT 4, 'candidate_responses', language, generation FROM candidate_responses
),
kept AS (SELECT language, count(*) AS kept FROM sft_dataset GROUP BY language)
SELECT
    stage, language, generation.engine AS engine, generation.model AS model,
    count(*) AS answers,
    sum(generation.prompt_tokens)::BIGINT AS prompt_tokens,
    sum(generation.completion_tokens)::BIGINT AS completion_tokens,
    any_value(kept) AS training_rows,
    round(sum(generation.prompt_tokens + generation.completion_tokens) / any_value(kept), 1) AS tokens_per_training_row,
    round((
        sum(generation.prompt_tokens) * coalesce(TRY_CAST(getvariable('prompt_price') AS DOUBLE), 0)
        + sum(generation.completion_tokens) * coalesce(TRY_CAST(getvariable('completion_price') AS DOUBLE), 0)
    ) / 1e6 / any_value(kept), 6) AS money_per_training_row
FROM answers
LEFT JOIN kept USING (language)
WHERE generation IS NOT NULL
GROUP BY place, stage, language, engine, model
ORDER BY place, language, model
