"""The artifact `candidate_responses`: answers to the instructions, several samples each, taken apart."""
