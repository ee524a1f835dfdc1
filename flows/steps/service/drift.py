"""Whether scores are spread as they used to be: the population stability index.

    PSI = sum over bins of (share now - share before) * ln(share now / share before)

By the custom of credit scoring (Siddiqi 2006, Credit Risk Scorecards), under 0.1 is no change, 0.25 and more a change
to look into.
"""

from collections.abc import Sequence
from math import log

GROUPS = 10
FEWEST = 200  # on either side: by chance alone the index of two equal sources is about (bins - 1) * (1/n + 1/m), 0.09


def drift(before: Sequence[int], now: Sequence[int]) -> float | None:
    """The index of two histograms over the same bins; null where either has too few cases to say anything.

    Fine bins are joined, from below, until each holds a tenth of the earlier cases: a bin that was empty before would
    make the index as large as one likes. Raises ValueError if the histograms differ in length.
    """
    if len(before) != len(now):
        raise ValueError(f"{len(before)} bins before, {len(now)} now")
    if sum(before) < FEWEST or sum(now) < FEWEST:
        return None
    groups = joined(before, now)
    if len(groups) < 2:
        return None
    n_before, n_now = (sum(side) for side in zip(*groups, strict=True))
    # Half a case on top keeps the logarithm of an empty share finite.
    shares = [((b + 0.5) / (n_before + 0.5), (n + 0.5) / (n_now + 0.5)) for b, n in groups]
    return float(sum((late - early) * log(late / early) for early, late in shares))


def joined(before: Sequence[int], now: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring bins put together, (cases before, cases now), each with at least a tenth of the cases before."""
    least = sum(before) / GROUPS
    groups: list[tuple[int, int]] = []
    early = late = 0
    for one_early, one_late in zip(before, now, strict=True):
        early, late = early + one_early, late + one_late
        if early >= least:
            groups.append((early, late))
            early = late = 0
    if (early or late) and groups:
        last = groups.pop()
        groups.append((last[0] + early, last[1] + late))
    return groups
