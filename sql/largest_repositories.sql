-- From which repositories do most training rows come, and what is their share?
-- param limit: how many (default 50)
SELECT
    repo,
    string_agg(DISTINCT coalesce(license, 'unknown'), ', ' ORDER BY coalesce(license, 'unknown')) AS licenses,
    count(DISTINCT file_id) AS files,
    count(*) AS rows,
    round(count(*) / sum(count(*)) OVER (), 4) AS share,
    round(sum(count(*)) OVER (ORDER BY count(*) DESC, repo) / sum(count(*)) OVER (), 4) AS share_of_all_so_far
FROM sft_dataset
GROUP BY repo
QUALIFY row_number() OVER (ORDER BY count(*) DESC, repo) <= coalesce(TRY_CAST(getvariable('limit') AS BIGINT), 50)
ORDER BY rows DESC, repo
