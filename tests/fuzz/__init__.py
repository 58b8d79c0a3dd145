"""Every reader of a file that a person can hand over, against damaged and mistaken files.

A reader returns, or raises an error of ours that says where, within ten seconds and one gigabyte, whatever it is
given. ``pytest tests/fuzz`` tries a few inputs a reader; ``python -m tests.fuzz --count 2000 [READER …]`` many.
A new reader is one line in :mod:`tests.fuzz.readers`.
"""

import sys
from pathlib import Path

TESTS = str(Path(__file__).parents[1])
if TESTS not in sys.path:
    # As pytest does: the made answers of services lie among the tests of their domain.
    sys.path.insert(0, TESTS)
