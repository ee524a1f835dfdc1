"""Which of the six kinds of cooperation a relevant text is about."""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from classifiers.features import ConceptFeatures, masked_grams
from classifiers.relevance import bounded


def kind_classifier(concepts: tuple[str, ...], strength: float = 1.0) -> Pipeline:
    """Unfitted classifier of readings into kinds: concept features beside masked words, one multinomial regression."""
    concept = Pipeline(
        [
            ("features", ConceptFeatures(concepts)),
            ("scale", StandardScaler()),
            ("bound", FunctionTransformer(bounded)),
        ]
    )
    words = TfidfVectorizer(analyzer=masked_grams, min_df=2, max_df=0.6, sublinear_tf=True)
    return Pipeline(
        [
            ("views", FeatureUnion([("concepts", concept), ("words", words)], transformer_weights={"concepts": 0.1})),
            ("decide", LogisticRegression(C=strength, class_weight="balanced", max_iter=3_000)),
        ]
    )
