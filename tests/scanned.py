"""What a camera reads of the QR code that is printed on a terminal, by another decoder than the coder (zxing-cpp)."""

import numpy as np
import zxingcpp

UPPER, LOWER = "▀█", "▄█"
MODULE = 6
"""Pixels of each side of a module."""


def scanned(printed: str) -> str:
    """The text of the one code in what was printed, half blocks being light, as on a dark terminal."""
    lines = [line for line in printed.splitlines() if len(line) > 20 and set(line) <= {" ", *UPPER, *LOWER}]
    modules = np.array([[sign in half for sign in line] for line in lines for half in (UPPER, LOWER)])
    picture = np.kron(np.where(modules, 255, 0).astype(np.uint8), np.ones((MODULE, MODULE), np.uint8))
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)
