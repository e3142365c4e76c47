"""Text from a submission, made fit to be stored and shown: it is cleaned where it enters, and nowhere later."""

REPLACEMENT = "\ufffd"
KEPT = "\n\t"


def cleaned(words: str) -> str:
    r"""The text with U+FFFD for every control character and every lone surrogate, which no encoding has.

    >>> cleaned("a\ud800b\x1b[31m\r\nc") == "a\ufffdb\ufffd[31m\nc"
    True
    """
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(REPLACEMENT if _foreign(letter) else letter for letter in lines) if _any(lines) else lines


def _any(words: str) -> bool:
    return not words.isprintable() and any(map(_foreign, set(words)))


def _foreign(letter: str) -> bool:
    """Whether it is C0 or C1, DEL, or half of a surrogate pair."""
    code = ord(letter)
    return (letter not in KEPT and code < 0x20) or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000
