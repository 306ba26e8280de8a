"""What a recipe chooses about near-duplicates. Nothing here is derived; see `bands` for what follows from it."""

from pydantic import BaseModel, ConfigDict, Field

from assets.texts.words import WordKind

SIGNATURE_VERSION = "minhash/3"
"""Goes into the cache key of signatures: raised whenever the same text and settings would give other bytes."""


class NearDuplicateSettings(BaseModel):
    """Published values: StarCoder2-Instruct threshold 0.5; Magicoder threshold 0.7, 5-grams, 256 permutations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float = Field(
        gt=0, le=1, description="estimated Jaccard similarity from which two rows are near-duplicates"
    )
    """Estimated Jaccard similarity of the shingle sets from which two rows count as near-duplicates."""
    ngram: int = Field(default=5, ge=1, le=50, description="words of a shingle")
    """Words in a shingle."""
    words: WordKind = Field(
        default="code",
        description="what a word is; words: of every script; code: runs of operators too; ascii: the published "
        "[A-Za-z_0-9]+, which sees of a Chinese or Russian text only what is Latin in it",
    )
    permutations: int = Field(
        default=128, ge=16, le=1024, description="hash functions of a MinHash signature"
    )
    """Values in a signature; the estimate's standard error is at most 0.5 / sqrt(permutations)."""
    seed: int = Field(
        default=1, ge=0, lt=2**32, description="seed of the hash functions, as datasketch's `seed`"
    )
    """Draws the permutations."""

    def signature_settings(self) -> dict[str, object]:
        """What a row's signature depends on beside its text: the threshold is not in it, so changing the
        threshold computes no signature again.
        """
        return {
            "version": SIGNATURE_VERSION,
            "ngram": self.ngram,
            "words": self.words,
            "permutations": self.permutations,
            "seed": self.seed,
        }
