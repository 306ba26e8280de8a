-- What is stale by which class of cause, and what would bringing it up to date ask for? As of the last nightly check.
SELECT
    recipe, artifact, state, cause,
    count(*) AS tables,
    string_agg(language, ', ' ORDER BY language) AS languages,
    sum("rows") AS rows_to_compute,
    sum(calls) AS calls,
    sum(prompt_tokens + completion_tokens) AS tokens,
    sum(programs) AS programs,
    sum(type_checks) AS type_checks,
    sum(seconds) AS seconds,
    sum(money) AS money,
    string_agg(DISTINCT basis, ', ' ORDER BY basis) AS basis,
    max("at") AS judged_at
FROM staleness
GROUP BY recipe, artifact, state, cause
ORDER BY recipe, min(place), cause
