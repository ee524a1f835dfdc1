"""Model folders: immutable, named by their content, loaded without pickle.

<models_dir>/<model_id>/  model.skops  held_out.jsonl  card.json  card.md  lexicons/  places/  tags/
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED

import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from classifiers.formats import why_outdated
from classifiers.held_out import HELD_OUT_FILE

MODEL_FILE, CARD_FILE, CARD_TEXT = "model.skops", "card.json", "card.md"
READ_WITH = ("lexicons", "places")  # copied from seeds: an old model goes on reading as it did
TAGS = "tags"  # copied, too: nothing is learnt from them, but what an old model says of a text stays the same

# Everything a model file may contain besides what skops trusts by itself; anything else is refused.
TRUSTED_TYPES = (
    "classifiers.features.ConceptFeatures",
    "classifiers.kinds.Kinds",
    "classifiers.kinds.plain_words",
    "classifiers.relevance.gram_names",
    "classifiers.relevance.Relevance",
    "sklearn.feature_extraction.text.TfidfVectorizer",
    "sklearn.tree._tree.Tree",  # arrays that C code follows unchecked; see relevance.check_trees
)


class ModelError(Exception):
    """A model folder cannot be used: missing, altered, or of another format or scikit-learn; it says what to do."""


def file_hash(file: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 by path relative to the folder, of every file in it but the card itself and caches."""
    return {
        file.relative_to(folder).as_posix(): file_hash(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in (CARD_FILE, CARD_TEXT) and "__pycache__" not in file.parts
    }


def save_folder(
    models_dir: Path,
    model_id: str,
    estimators: Mapping[str, object],
    card: Mapping[str, Any],
    text: str,
    seeds_dir: Path,
    held_out: str,
) -> Path:
    """Write a model folder at once (beside, then renamed); one that is there already is left as it is.

    `text` is the card for people, `held_out` the lines of classifiers.held_out.
    """
    target = models_dir / model_id
    if target.exists():
        return target
    models_dir.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=models_dir))
    try:
        skops.io.dump(dict(estimators), draft / MODEL_FILE, compression=ZIP_DEFLATED)
        (draft / HELD_OUT_FILE).write_text(held_out, encoding="utf-8")
        for part in (*READ_WITH, TAGS):
            shutil.copytree(seeds_dir / part, draft / part, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
        complete = {**card, "files": file_hashes(draft)}
        (draft / CARD_FILE).write_text(json.dumps(complete, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        (draft / CARD_TEXT).write_text(text, encoding="utf-8")
        draft.chmod(0o755)  # mkdtemp makes it private; a model is read by whoever reads the data folder
        draft.rename(target)
    except OSError:
        if not target.exists():  # another process may have written the same model meanwhile
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def load_folder(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Estimators and card of a model folder, after its hashes were checked.

    Raises ModelError if the folder or a file is missing or altered, if it has another format or was made by another
    minor version of scikit-learn, or if the model file holds a type that is not expected.
    """
    try:
        card: dict[str, Any] = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder} is no model folder ({error}); train one with `smewatch train`") from error
    if outdated := why_outdated(card):
        raise ModelError(f"model {folder.name} {outdated}: train a new one with `smewatch train`")
    found = file_hashes(folder)
    altered = sorted(name for name in {*found, *card["files"]} if found.get(name) != card["files"].get(name))
    if altered:
        raise ModelError(f"model {folder.name} is not as it was saved: {', '.join(altered[:5])}; train a new one")
    try:  # refused before anything is built; asking for the types first would cost a third of the loading
        estimators: dict[str, Any] = skops.io.load(folder / MODEL_FILE, trusted=list(TRUSTED_TYPES))
    except UntrustedTypesFoundException as error:
        raise ModelError(f"model {folder.name} holds unexpected types; it was not loaded: {error}") from error
    return estimators, card
