-- Under which licenses do the training rows stand, from how many repositories and files?
SELECT
    coalesce(license, 'unknown') AS license,
    count(*) AS rows,
    round(count(*) / sum(count(*)) OVER (), 4) AS share,
    count(DISTINCT repo) AS repositories,
    count(DISTINCT file_id) AS files
FROM sft_dataset
GROUP BY ALL
ORDER BY rows DESC, license
