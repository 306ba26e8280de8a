"""A table's place in the store: asset key and partition, and the tables beside it. No files are touched here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TableAddress:
    """A table's place: asset key (recipe and artifact), and its partition as (column, value) pairs."""

    key: tuple[str, ...]
    partition: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, key: tuple[str, ...], partition: str | None = None) -> "TableAddress":
        """The address of an asset's partition (None: it has none), by the one rule for partition columns."""
        column = "dump" if key == DUMPS else "language"
        return cls(key, () if partition is None else ((column, partition),))

    def sibling(self, suffix: str) -> "TableAddress":
        """The table that explains this one: `rejected`, `funnel`, ..."""
        return TableAddress((*self.key[:-1], f"{self.key[-1]}__{suffix}"), self.partition)

    def __str__(self) -> str:
        return "/".join([*self.key, *(f"{column}={value}" for column, value in self.partition)])


DUMPS = ("corpus_dump",)
"""The key whose partitions are dumps; all others are partitioned by language or not at all."""
