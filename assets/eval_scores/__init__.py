"""The artifact `eval_scores`: benchmark problems asked, answered by a checkpoint, run in the sandbox, scored."""
