-- What did the sandbox say, by language and toolchain, and why do some verdicts say nothing?
SELECT
    candidate.language, judged.toolchain, judged.isolation, judged.verdict,
    coalesce(judged.reason, '') AS reason,
    count(*) AS responses,
    round(count(*) / sum(count(*)) OVER (PARTITION BY candidate.language), 4) AS share_of_language
FROM verified_responses__verdicts AS judged
LEFT JOIN candidate_responses AS candidate USING (response_id)
GROUP BY candidate.language, judged.toolchain, judged.isolation, judged.verdict, judged.reason
ORDER BY candidate.language, responses DESC, judged.verdict, judged.toolchain
