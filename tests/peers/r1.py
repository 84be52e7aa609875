"""R1, a plain network, in SimPy.

Ten mines make a unit a day while they are up; they are up and down in turn, for
exponential times of 300 and 30 days on average. Every seven days all that a mine has
is shipped in equal parts to ten consumers; a cargo is under way for a lognormal time of
mean 20 days and coefficient of variation 0.25. A consumer has 30 units at first and uses
one a day; what it cannot use is its shortfall. 1,825 days.
"""

import math
from collections.abc import Iterator

import numpy as np
import simpy

DAYS, WINDOW = 1825.0, 7.0
MINES = CONSUMERS = 10
STOCK = 30.0
UP, DOWN = 300.0, 30.0
SIGMA = math.sqrt(math.log1p(0.25**2))
MU = math.log(20.0) - SIGMA**2 / 2


class Tank:
    """Goods that change at a steady rate between events, and how long they lasted."""

    def __init__(self, env: simpy.Environment, goods: float, rate: float) -> None:
        self.env, self.goods, self.rate = env, goods, rate
        self.at = self.lacking = 0.0
        self.first = math.inf

    def settle(self) -> None:
        """Brings it up to now; below nothing it does not go."""
        days = self.env.now - self.at
        goods = self.goods + self.rate * days
        if goods < 0:
            self.lacking -= goods
            self.first = min(self.first, self.env.now + goods / -self.rate)
            goods = 0.0
        self.goods, self.at = goods, self.env.now


def mine(env: simpy.Environment, tank: Tank, rng: np.random.Generator) -> Iterator[simpy.Event]:
    """Goes up and down."""
    while True:
        for rate, mean in ((1.0, UP), (0.0, DOWN)):
            tank.settle()
            tank.rate = rate
            yield env.timeout(rng.exponential(mean))


def cargo(env: simpy.Environment, days: float, volume: float, to: Tank) -> Iterator[simpy.Event]:
    """Arrives."""
    yield env.timeout(days)
    to.settle()
    to.goods += volume


def ships(
    env: simpy.Environment, mines: list[Tank], consumers: list[Tank], rng: np.random.Generator
) -> Iterator[simpy.Event]:
    """Leave every seven days with all there is."""
    while True:
        for tank in mines:
            tank.settle()
            volume, tank.goods = tank.goods / CONSUMERS, 0.0
            if volume > 0:
                for consumer, days in zip(consumers, rng.lognormal(MU, SIGMA, CONSUMERS), strict=True):
                    env.process(cargo(env, days, volume, consumer))
        yield env.timeout(WINDOW)


def trial(seed: int) -> dict[str, float]:
    """What is measured of one trial."""
    rng = np.random.default_rng([1, seed])
    env = simpy.Environment()
    mines = [Tank(env, 0.0, 1.0) for _ in range(MINES)]
    consumers = [Tank(env, STOCK, -1.0) for _ in range(CONSUMERS)]
    for tank in mines:
        env.process(mine(env, tank, rng))
    env.process(ships(env, mines, consumers, rng))
    env.run(DAYS)
    for tank in consumers:
        tank.settle()
    shares = [tank.lacking / DAYS for tank in consumers]
    return {
        "shortfall, share, all": float(np.mean(shares)),
        "shortfall, share, one": shares[0],
        "first day short, one": consumers[0].first,
    }
