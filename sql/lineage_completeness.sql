-- Which training rows do not lead back to a file of the corpus, step by step, with the same repository and path?
-- No row: every training row has its whole origin. `broken_at` names the first link that is missing.
SELECT
    sft.sft_id,
    CASE
        WHEN verified.response_id IS NULL THEN 'verified_responses'
        WHEN candidate.response_id IS NULL THEN 'candidate_responses'
        WHEN instruction.instruction_id IS NULL THEN 'instructions'
        WHEN seed.seed_id IS NULL THEN 'filtered_seeds'
        WHEN file.file_id IS NULL THEN 'raw_corpus'
        ELSE 'origin columns'
    END AS broken_at,
    sft.response_id, sft.instruction_id, sft.seed_id, sft.file_id, sft.repo, sft.path
FROM sft_dataset AS sft
LEFT JOIN verified_responses AS verified
    ON verified.response_id = sft.response_id AND verified.instruction_id = sft.instruction_id
LEFT JOIN candidate_responses AS candidate ON candidate.response_id = sft.response_id
LEFT JOIN instructions AS instruction
    ON instruction.instruction_id = sft.instruction_id AND instruction.seed_id = sft.seed_id
LEFT JOIN filtered_seeds AS seed ON seed.seed_id = sft.seed_id AND seed.file_id = sft.file_id
LEFT JOIN raw_corpus AS file ON file.file_id = sft.file_id
WHERE
    verified.response_id IS NULL
    OR candidate.response_id IS NULL
    OR instruction.instruction_id IS NULL
    OR seed.seed_id IS NULL
    OR file.file_id IS NULL
    OR file.repo IS DISTINCT FROM sft.repo
    OR file.path IS DISTINCT FROM sft.path
    OR file.commit IS DISTINCT FROM sft.commit
    OR file.license IS DISTINCT FROM sft.license
    OR seed.start_line IS DISTINCT FROM sft.start_line
    OR seed.end_line IS DISTINCT FROM sft.end_line
ORDER BY sft.sft_id
