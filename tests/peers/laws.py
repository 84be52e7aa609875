"""Laws, by the mean and standard deviation that scenarios give."""

from collections.abc import Callable
from math import log, log1p, sqrt
from random import Random

Law = Callable[[Random], float]


def exponential(rng: Random, mean: float) -> float:
    return rng.expovariate(1.0 / mean)


def lognormal(mean: float, sd: float) -> Law:
    variance = log1p((sd / mean) ** 2)
    return lambda rng: rng.lognormvariate(log(mean) - variance / 2, sqrt(variance))
