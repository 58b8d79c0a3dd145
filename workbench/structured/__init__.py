"""Files of keys and values (TOML, JSON) become checked types here, and nowhere else.

What a file holds is declared as a dataclass; everything that does not fit is reported at once, with its path inside
the file (entries of lists count from 1)::

    drops = read_toml(folder / "drops.toml", DropsFile)
    # InvalidData: /projects/kerala/drops.toml: drops[2].pattern is 5, expected text. Correct the file.

Whatever a file holds, it ends in the type or in an error of ours: size, nesting, numbers that are not finite, keys
that come twice and texts that no file can hold are refused before a type is looked at.
"""

from workbench.structured.checked import read_json, read_toml, typed
from workbench.structured.foreign import own_errors
from workbench.structured.plain import json_from, require_format, toml_from

__all__ = ["json_from", "own_errors", "read_json", "read_toml", "require_format", "toml_from", "typed"]
