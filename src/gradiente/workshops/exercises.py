"""The workshops whose functions are those of one network, as exercise files: what a teacher begins from."""

from pathlib import Path

FOLDER = Path(__file__).parent / "exercises"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def exercise_file(workshop: str) -> Path:
    """The file of a workshop of NAMES."""
    return FOLDER / f"{workshop}.toml"
