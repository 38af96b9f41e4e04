"""How sure a share is that was counted: exact (Clopper-Pearson) intervals of the binomial."""

from scipy.stats import binomtest

LEVEL = 0.95


def interval(hits, runs):
    """Two-sided, as (low, high); without runs everything is possible."""
    if runs == 0:
        return 0.0, 1.0
    found = binomtest(hits, runs).proportion_ci(LEVEL, "exact")
    return float(found.low), float(found.high)


def upper_bound(hits, runs):
    """One-sided: the share is no higher than this. Of 0 in 60 it is 4.9 %."""
    if runs == 0:
        return 1.0
    return float(binomtest(hits, runs, alternative="less").proportion_ci(LEVEL, "exact").high)
