"""A licence desk, a seller that fails, stock and a reserve, in SimPy: `desk.toml`.

As the README has it. The licensed seller makes 60 t a day and files for as much: three
applications a day at random (a Poisson process), each a third of it. The desk takes them
up one by one, for an exponential time of 0.2 days; then follows a review of two
exponential times of 5 days; seven in ten are approved, the rest are filed again after 5
days. The other seller makes 40 t a day but is down now and then. The market clears every
day, and at once when a licence is granted or the other seller fails or is repaired: until
the next day what is permitted, and what sellers have and make, is on offer at an even
rate, and the buyer takes 100 t a day in proportion to the offers. What it lacks it takes
from stock, 2,500 t at first; while that covers less than 5 days at the clearing of a day, the
reserve adds up to 30 t a day.
"""

import math
from collections.abc import Iterator

import numpy as np
import simpy

DAYS = 365.0
USE, LICENSED, FAILING = 100.0, 60.0, 40.0
APPLICATIONS, HANDLING, REVIEW, APPROVAL, AGAIN = 3, 0.2, 5.0, 0.7, 5.0
UP, DOWN = 80.0, 10.0
STOCK, RESERVE, RELEASE, COVER = 2500.0, 600.0, 30.0, 5.0


class Market:
    """Permits, goods and rates, which are even between events."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.at, self.opened = 0.0, 0.0
        self.permits = self.unsold_licensed = self.unsold_failing = 0.0
        self.output = FAILING
        self.stock, self.reserve = STOCK, RESERVE
        self.from_licensed = self.from_failing = self.release = 0.0
        self.short, self.first = 0.0, math.inf

    def settle(self) -> None:
        """Brings everything up to now."""
        days = self.env.now - self.at
        self.permits = max(0.0, self.permits - self.from_licensed * days)
        self.unsold_licensed += (LICENSED - self.from_licensed) * days
        self.unsold_failing = max(0.0, self.unsold_failing + (self.output - self.from_failing) * days)
        self.reserve = max(0.0, self.reserve - self.release * days)
        stock = self.stock + (self.from_licensed + self.from_failing + self.release - USE) * days
        if stock < -1e-9:
            self.short -= stock
            if self.first == math.inf:
                self.first = self.at + self.stock * days / (self.stock - stock)
        self.stock, self.at = max(0.0, stock), self.env.now

    def clear(self) -> None:
        """Rates until the day ends."""
        self.settle()
        rest = self.opened + 1.0 - self.env.now
        if rest <= 1e-9:
            return
        licensed = min(self.permits, self.unsold_licensed + LICENSED * rest) / rest
        failing = self.unsold_failing / rest + self.output
        taken = min(1.0, USE / (licensed + failing)) if licensed + failing > 0 else 0.0
        self.from_licensed, self.from_failing = licensed * taken, failing * taken

    def day(self) -> Iterator[simpy.Event]:
        """Clears every day; the reserve is decided upon then."""
        while True:
            self.settle()
            self.opened = self.env.now
            needed = self.stock < COVER * USE
            self.release = min(RELEASE, self.reserve) if needed else 0.0
            self.clear()
            yield self.env.timeout(1.0)

    def failures(self, rng: np.random.Generator) -> Iterator[simpy.Event]:
        """The other seller fails and is repaired."""
        while True:
            yield self.env.timeout(rng.exponential(UP))
            self.settle()
            self.output = 0.0
            self.clear()
            yield self.env.timeout(rng.exponential(DOWN))
            self.settle()
            self.output = FAILING
            self.clear()


def application(
    market: Market, desk: simpy.Resource, rng: np.random.Generator, waits: dict[str, float]
) -> Iterator[simpy.Event]:
    """Files until it is approved."""
    env, volume = market.env, LICENSED / APPLICATIONS
    while True:
        filed = env.now
        with desk.request() as turn:
            yield turn
            waits["queued"] += volume * (env.now - filed)
            yield env.timeout(rng.exponential(HANDLING))
        yield env.timeout(rng.exponential(REVIEW) + rng.exponential(REVIEW))
        if rng.random() < APPROVAL:
            market.settle()
            market.permits += volume
            market.clear()
            return
        yield env.timeout(AGAIN)


def applications(
    market: Market, desk: simpy.Resource, rng: np.random.Generator, waits: dict[str, float]
) -> Iterator[simpy.Event]:
    """Come at random."""
    while True:
        yield market.env.timeout(rng.exponential(1.0 / APPLICATIONS))
        market.env.process(application(market, desk, rng, waits))


def trial(seed: int) -> dict[str, float]:
    """What is measured of one trial."""
    rng = np.random.default_rng([2, seed])
    env = simpy.Environment()
    market, desk = Market(env), simpy.Resource(env)
    waits = {"queued": 0.0}
    env.process(market.day())
    env.process(market.failures(rng))
    env.process(applications(market, desk, rng, waits))
    env.run(DAYS)
    market.settle()
    return {
        "shortfall, t": market.short,
        "any shortfall, share": float(market.short > 0),
        "first day short, at most 365": min(market.first, DAYS),
        "drawn from the reserve, t": RESERVE - market.reserve,
        "mean queue at the desk, t": waits["queued"] / DAYS,
    }
