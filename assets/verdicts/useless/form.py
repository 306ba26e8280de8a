"""The ways in which an answer can be useless."""

from enum import StrEnum


class Form(StrEnum):
    """What a function does in the place of its work."""

    THROWS = "throws"  # every call fails
    NOTHING = "nothing"  # calls give the type's empty value: None, 0, false
    ODD = "odd"  # calls give a value of the type that no answer would
