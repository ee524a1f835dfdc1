"""The model that tells languages apart, loaded with this module.

That takes 0.4 s and 60 MB. A fork server that imports it once shares it with every worker it forks.
"""

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from flows.steps.text.languages import LANGUAGES


def _of_our_languages() -> LanguageIdentifier:
    """A model that can name LANGUAGES alone. One that was only told to would keep the 28 MB of all others, too."""
    told = LanguageIdentifier.from_model_file(MODEL_FILE)
    told.set_languages(LANGUAGES & set(told.labels))
    return LanguageIdentifier(
        told.nb_ptc, told.nb_pc, told.nb_classes, told.tk_nextmove, told.tk_output, tk_row=told.tk_row
    )


IDENTIFIER = _of_our_languages()
