"""Judgment of a row by a model: one prompt, one parser, for every stage that asks for it.

A room of its own beside the data flow, because both `instructions` (whose next prompts learn from it) and
`verified_responses` (which rejects by it) ask for the same judgment and get one answer.
"""
