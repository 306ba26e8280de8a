-- Which benchmark problems were found in candidate training rows, how, and in how many rows?
SELECT
    found.benchmark,
    found.problem_id,
    found.method,
    count(DISTINCT found.response_id) AS rows_found,
    count(DISTINCT sft.response_id) AS rows_still_in_data_set,
    any_value(found.matched) AS matched
FROM sft_dataset__contamination AS found
LEFT JOIN sft_dataset AS sft ON sft.response_id = found.response_id
GROUP BY ALL
ORDER BY found.benchmark, found.problem_id, found.method
