-- Which models wrote the training rows, and under which terms of use? Terms stand in the settings (model_terms).
WITH wrote AS (
    SELECT 'instruction' AS part, generation.engine AS engine, generation.model AS model, generation.revision AS revision,
        instruction_id AS id FROM instructions WHERE generation IS NOT NULL
    UNION ALL
    SELECT 'response', generation.engine, generation.model, generation.revision, instruction_id
    FROM verified_responses WHERE generation IS NOT NULL
)
SELECT
    coalesce(wrote.model, wrote.engine, 'unknown') AS model,
    any_value(revision) AS revision,
    part,
    count(DISTINCT sft.sft_id) AS training_rows,
    coalesce(any_value(terms.terms), 'unknown: name them in the settings (model_terms)') AS terms,
    any_value(terms.url) AS url,
    any_value(terms.date) AS terms_of
FROM wrote
JOIN sft_dataset AS sft ON sft.instruction_id = wrote.id
LEFT JOIN model_terms AS terms ON terms.model = coalesce(wrote.model, wrote.engine)
GROUP BY coalesce(wrote.model, wrote.engine, 'unknown'), part
ORDER BY training_rows DESC, 1, part
