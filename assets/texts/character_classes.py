"""The classes of characters by which texts are split into words."""

PARTS, WORD, ALONE, MARK, SIGN, PASSED = range(6)
"""Between words; of a word; a word by itself; goes with the character before; of an operator; as if not there."""
