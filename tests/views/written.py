"""Numbers as the pages write them."""

POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def read(words):
    """The number that is written, or stands after the equals sign.

    >>> read("w = −1,234.5·10⁻⁷")
    -0.00012345
    """
    words = words.split("=")[-1].strip().replace("−", "-").replace(",", "")
    mantissa, _, power = words.partition("·10")
    return float(f"{mantissa}e{power.translate(POWERS)}" if power else mantissa)
