"""What a peer needs of a buyer: a stock that falls in a straight line, and its books."""

import datetime
from dataclasses import dataclass, field
from math import inf

import simpy

# A trial runs for this longer than its horizon, so that the last month ends [d].
AFTER = 1e-6


@dataclass
class Buyer:
    """A stock of goods, used at an even rate, into which goods come.

    Volumes are in one unit, times in days from the start of the trial.
    """

    use: float
    stock: float
    inflow: float = 0.0
    under_way: float = 0.0
    arrived: float = 0.0
    at: float = 0.0
    short: float = 0.0
    first_short: float = inf
    last_short: float = inf
    least: float = inf
    monthly: list[float] = field(default_factory=list)

    def settle(self, now: float) -> None:
        """Uses the stock until now; from when it is gone on, only what flows in is used."""
        days, drain = now - self.at, self.use - self.inflow
        lasts = self.stock / drain if drain > 0 else inf
        if lasts < days:
            self.short += (days - lasts) * drain
            self.first_short = min(self.first_short, self.at + lasts)
            self.last_short = now
        self.stock = max(0.0, self.stock - days * drain)
        self.least = min(self.least, self.stock)
        self.at = now

    def receive(self, now: float, volume: float) -> None:
        """Takes goods in that were on their way."""
        self.settle(now)
        self.under_way -= volume
        self.arrived += volume
        self.stock += volume

    def metrics(self, horizon: float) -> dict[str, float]:
        """What the simulator reports of a buyer, by the names it uses."""
        self.settle(horizon)
        ever = self.first_short < inf
        return {
            "shortfall": self.short,
            "shortfall_share": self.short / (self.use * horizon),
            "peak_rate": max(self.monthly),
            "time_to_survive": self.first_short,
            "time_to_recover": self.last_short - self.first_short if ever else 0.0,
            "minimum_cover": self.least / self.use,
        }


def send(env: simpy.Environment, buyer: Buyer, volume: float, days: float) -> None:
    """Puts goods on their way to a buyer."""
    buyer.under_way += volume
    env.timeout(days).callbacks.append(lambda _: buyer.receive(env.now, volume))


def monthly_books(env: simpy.Environment, buyers: list[Buyer], ends: list[float]):
    """Notes the share of each month's use that was missing."""
    before, begun = [0.0] * len(buyers), 0.0
    for end in ends:
        yield env.timeout(end - env.now)
        for k, buyer in enumerate(buyers):
            buyer.settle(env.now)
            buyer.monthly.append((buyer.short - before[k]) / (buyer.use * (end - begun)))
            before[k] = buyer.short
        begun = end


def month_ends(start: datetime.date, horizon: int) -> list[float]:
    """Days from the start on which calendar months end, the horizon among them."""
    days = (start + datetime.timedelta(day + 1) for day in range(horizon))
    return [
        float((day - start).days) for day in days if day.day == 1 or (day - start).days == horizon
    ]
