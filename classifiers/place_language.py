"""The language of a text, as far as the names of places need it: by script, then by its commonest words."""

import re

_SAMPLE = 800  # characters; the commonest words decide long before

_SCRIPTS = (  # the first that matches wins: kana tell Japanese from Chinese
    ("ja", re.compile("[\u3041-\u30fa]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ar", re.compile("[\u0621-\u064a]")),
    ("ru", re.compile("[\u0430-\u044f]")),
)
SCRIPT_FROM = 0.05  # share of a sample's characters; a name or two in another script leaves the language alone

_COMMON = {
    "en": "the of and to in for with that is was by",
    "de": "der die das und den von mit für ist auf dem ein eine zu im werden",
    "fr": "le la les des et une du dans pour est que au aux par sur",
    "es": "el la los las del y una en que para por con se al",
    "it": "il la di che e per del della un una gli con nel alla dei le",
    "pt": "o a os as do da e que em para um uma com não dos das no na",
    "id": "yang dan di untuk dengan dari pada ini dalam akan tidak kepada oleh",
    "vi": "và của các cho với là được trong những có người này doanh nghiệp",
}
_LANGUAGES_OF = {
    word: tuple(language for language, words in _COMMON.items() if word in words.split())
    for words in _COMMON.values()
    for word in words.split()
}
_WORDS = re.compile(r"[^\W\d_]+")


def guess_language(text: str) -> str:
    """ISO 639-1 of one of the languages of seeds/places/names/, or "en"; English wins a tie."""
    sample = text[:_SAMPLE]
    if not sample.isascii():
        for language, script in _SCRIPTS:
            if len(script.findall(sample)) > SCRIPT_FROM * len(sample):
                return language
    votes = dict.fromkeys(_COMMON, 0.0)
    for word in _WORDS.findall(sample.lower()):
        languages = _LANGUAGES_OF.get(word, ())
        for language in languages:
            votes[language] += 1 / len(languages)
    return max(votes, key=lambda language: votes[language])
