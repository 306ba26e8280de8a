"""Near-duplicates by MinHash and banded LSH: one kept row for each family of texts that say nearly the same.

`settings` holds what a recipe chooses, `shingles` turns text into hashed n-grams, `signatures` turns those into
MinHash signatures (per row, so a row cache can keep them), `bands` picks the banding, `families` links rows
whose signatures agree, and `find` names the winner of each family and the evidence against the others.
Method: Broder's MinHash with banding as in "Mining of Massive Datasets" (chapter 3), tokens as the text-dedup
family has them.
"""
