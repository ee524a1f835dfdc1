"""Which of the six kinds of cooperation a relevant text is about."""

from collections.abc import Sequence

from scipy.sparse import csr_array, hstack
from sklearn.linear_model import LogisticRegression

from classifiers.relevance import Looks, Relevance

_CONCEPTS_SHARE = 0.1  # a standardised feature is as large as a whole text's words; so weighed, both are heard


def kind_matrix(model: Relevance, looks: Looks) -> csr_array:
    """What kinds are told by: (readings, concept features and grams), as the relevance model sees them."""
    concepts = csr_array(model.linear_.named_steps["scale"].transform(looks.features) * _CONCEPTS_SHARE)
    return hstack([concepts, looks.rows], format="csr")


def fit_kinds(model: Relevance, looks: Looks, kinds: Sequence[str], strength: float) -> LogisticRegression:
    """A multinomial regression on `kind_matrix`; `strength` is its C. Rare kinds weigh as much as frequent ones."""
    decide = LogisticRegression(C=strength, class_weight="balanced", max_iter=3_000)
    return decide.fit(kind_matrix(model, looks), list(kinds))
