"""How a table is written in its file: what the reader found, or was given."""

from dataclasses import dataclass

from gradiente.errors import require

SEPARATORS = (",", ";", "\t", "|")
DECIMALS = (".", ",")


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a file's table is written; None: to be found in the file.

    Arguments:
        header: whether the first row has the names of the columns
        separator: between two cells: ",", ";", a tab or "|"
        decimal: what stands between a number's whole part and its decimals: "." or ","; the other one groups thousands
        encoding: of the text, by Python's name: "utf-8", "cp1252", "utf-16"
        day_first: whether 01/03/2024 is the first of March

    Errors: ArgumentError for another separator or decimal, or an encoding that Python does not know

    >>> Form(decimal=",").decimal
    ','
    """

    header: bool | None = None
    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    day_first: bool | None = None

    def __post_init__(self) -> None:
        separators = " ".join(map(repr, SEPARATORS))
        require(
            self.separator in (None, *SEPARATORS),
            "csv.form.separator",
            expected=separators,
            got=self.separator,
        )
        require(self.decimal in (None, *DECIMALS), "csv.form.decimal", got=repr(self.decimal))
        if self.encoding is not None:
            try:
                "".encode(self.encoding)
            except LookupError:
                require(False, "csv.form.encoding", got=repr(self.encoding))
