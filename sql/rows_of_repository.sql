-- Which training rows come from a repository, from which lines?
-- param repo: owner/name; none: of every repository
SELECT sft_id, language, task, repo, path, commit, license, start_line, end_line, engine, proof
FROM sft_dataset
WHERE getvariable('repo') IS NULL OR lower(repo) = lower(getvariable('repo'))
ORDER BY repo, path, start_line, sft_id
