-- Which checkpoints were made, from which versions of the training rows? Digests are those of the tables' rows.
SELECT
    checkpoint.first_id AS checkpoint_id,
    checkpoint.made,
    data.input AS data,
    data.input_digest AS data_digest,
    trained.rows AS data_rows,
    trained.made AS data_made,
    trained.code_version AS data_code_version
FROM versions AS checkpoint
JOIN version_inputs AS data ON data.digest = checkpoint.digest AND data.table_name = checkpoint.table_name
LEFT JOIN versions AS trained ON trained.table_name = data.input AND trained.digest = data.input_digest
WHERE checkpoint.artifact = 'checkpoint' AND data.input LIKE '%/sft_dataset/%'
ORDER BY checkpoint.made, data
