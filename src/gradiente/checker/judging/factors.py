"""What a factor says that a quantity has beside what it should be."""

from collections.abc import Iterable, Mapping

ALIKE = 1e-3  # two factors


def factor_key(
    factor: float, m: int, rates: Iterable[float] = (), others: Mapping[float, str] | None = None
) -> str:
    """The mistake that gives a factor: a sign, 1/m that is missing or there twice, α; "factor" for any other.

    Arguments:
        rates: that may be missing or there twice
        others: mistakes by the factor that they give

    >>> factor_key(-1.0, 7), factor_key(7.0, 7), factor_key(4.0, 7, [0.25]), factor_key(2.0, 7)
    ('opposite_sign', 'mean_missing', 'lr_missing', 'factor')
    """
    usual = [(-1.0, "opposite_sign")]
    usual += [(float(m), "mean_missing"), (1 / m, "mean_twice")] if m > 1 else []
    for rate in rates:
        usual += [(1 / rate, "lr_missing"), (rate, "lr_twice")]
    usual += [(value, key) for value, key in (others or {}).items() if value != 1]
    return next((key for value, key in usual if abs(factor / value - 1) < ALIKE), "factor")
