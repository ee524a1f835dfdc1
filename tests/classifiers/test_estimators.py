"""Our estimators keep scikit-learn's contract.

They take readings, not arrays. Of scikit-learn's own checks those that feed no data are run as they are. Those that
feed arrays cannot be; what the most important of them ask is asked here of readings, under the name of the check.
"""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_checks

from classifiers.features import ConceptFeatures
from classifiers.kinds import Kinds, cued
from classifiers.material import gather_examples
from classifiers.relevance import Relevance

WITHOUT_DATA = (
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_valid_tag_types",
)
ESTIMATORS = (Relevance(trees=5), Kinds(), ConceptFeatures())


@pytest.mark.parametrize("check", WITHOUT_DATA)
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda estimator: type(estimator).__name__)
def test_the_checks_of_scikit_learn_that_feed_no_data_pass(check, estimator):
    getattr(estimator_checks, check)(type(estimator).__name__, clone(estimator))


class Case:
    """An estimator with texts it can learn from."""

    def __init__(self, estimator, texts, labels):
        self.estimator, self.texts, self.labels = estimator, texts, labels

    def fitted(self):
        return clone(self.estimator).fit(self.texts, self.labels)


@pytest.fixture(scope="module")
def cases(reader, seeds_dir):
    chosen = [e for e in gather_examples(seeds_dir) if e.source == "example" and e.document.language in (None, "en")]
    chosen = chosen[::12]
    readings = [reader.read(example.document)[0] for example in chosen]
    concepts, labels = reader.lexicon.concepts, np.array([example.label for example in chosen])
    about = [place for place, example in enumerate(chosen) if example.label == 1]
    kinds = np.array([str(chosen[place].kind) for place in about])
    texts = cued(reader, [readings[place] for place in about])
    return {
        "Relevance": Case(Relevance(concepts, trees=5), readings, labels),
        "Kinds": Case(Kinds(concepts, reader.cues.concepts), texts, kinds),
    }


@pytest.fixture(params=["Relevance", "Kinds"])
def case(request, cases):
    return cases[request.param]


def test_check_estimators_fit_returns_self(case):
    fresh = clone(case.estimator)
    assert fresh.fit(case.texts, case.labels) is fresh


def test_check_estimators_unfitted(case):
    for method in ("predict", "predict_proba"):
        with pytest.raises(NotFittedError):
            getattr(clone(case.estimator), method)(case.texts[:2])


def test_check_estimators_overwrite_params_and_dict_unchanged(case):
    fresh = clone(case.estimator)
    before = fresh.get_params()
    fresh.fit(case.texts, case.labels)
    assert fresh.get_params() == before
    state = set(vars(fresh))
    fresh.predict_proba(case.texts[:2])
    assert set(vars(fresh)) == state
    assert [name for name in state - set(before) if not name.endswith("_")] == [], "what is learnt ends in _"


def test_check_fit_idempotent(case):
    once, again = case.fitted(), case.fitted()
    twice = again.fit(case.texts, case.labels)
    np.testing.assert_array_equal(once.predict_proba(case.texts), twice.predict_proba(case.texts))


def test_check_classifiers_train(case):
    fitted = case.fitted()
    shares = fitted.predict_proba(case.texts)
    assert list(fitted.classes_) == sorted(set(case.labels.tolist()))
    assert shares.shape == (len(case.texts), len(fitted.classes_))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    np.testing.assert_array_equal(fitted.classes_[shares.argmax(axis=1)], fitted.predict(case.texts))
    assert fitted.score(case.texts, case.labels) > 0.8, "it learns what it is shown"


def test_check_methods_sample_order_invariance_and_subset_invariance(case):
    fitted, order = case.fitted(), np.random.default_rng(0).permutation(len(case.texts))
    whole = fitted.predict_proba(case.texts)
    np.testing.assert_allclose(fitted.predict_proba([case.texts[i] for i in order]), whole[order], atol=1e-12)
    np.testing.assert_allclose(
        np.concatenate([fitted.predict_proba([one]) for one in case.texts[:5]]), whole[:5], atol=1e-12
    )


def test_check_estimators_pickle(case):
    fitted = case.fitted()
    back = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(back.predict_proba(case.texts), fitted.predict_proba(case.texts))


def test_check_sample_weights_not_overwritten_and_heard(cases):
    """A weight of nothing is a text that was not there: the check of equivalence, for the views that take weights."""
    case = cases["Relevance"]
    weights = np.where(np.arange(len(case.labels)) % 2, 1.0, 3.0)
    before = weights.copy()
    heard = clone(case.estimator).fit(case.texts, case.labels, weights)
    np.testing.assert_array_equal(weights, before)
    assert not np.allclose(heard.predict_proba(case.texts), case.fitted().predict_proba(case.texts))


def test_check_transformer_general_and_get_feature_names_out(cases):
    """ConceptFeatures learns nothing: fitted or not it says the same, one column for each name."""
    case = cases["Relevance"]
    features = ConceptFeatures(case.estimator.concepts)
    rows = features.transform(case.texts[:3])
    np.testing.assert_array_equal(features.fit_transform(case.texts[:3]), rows)
    assert rows.shape == (3, len(features.get_feature_names_out()))
    assert features.transform([]).shape == (0, rows.shape[1])
