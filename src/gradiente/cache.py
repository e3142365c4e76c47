"""The user's cache folder, of what can be downloaded, converted or measured again."""

import os
from pathlib import Path

CACHE_DIR_VARIABLE = "GRADIENTE_CACHE_DIR"


def cache_folder() -> Path:
    """The folder that GRADIENTE_CACHE_DIR names, else the system's own for `gradiente`; it may not exist yet."""
    chosen = os.environ.get(CACHE_DIR_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("gradiente"))
