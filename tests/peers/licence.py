"""licence.toml as a SimPy model, written after what the README says of what is in it.

CN sells gallium and germanium to JP, CA gallium alone. CN's exports need licences: every week
applications are filed for what each good would trade, wait for a desk that both goods share,
then for their review, and are approved or filed again; some uncontrolled gallium is held for
inspection. JP has a stock of each good, and a state reserve of germanium.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from math import erfc, inf, log, log1p, sqrt
from random import Random

import simpy

from buyer import AFTER, Buyer, month_ends, monthly_books, send

Law = Callable[[Random], float]


def exponential(rng: Random, mean: float) -> float:
    return rng.expovariate(1.0 / mean)


def lognormal(mean: float, sd: float) -> Law:
    variance = log1p((sd / mean) ** 2)
    return lambda rng: rng.lognormvariate(log(mean) - variance / 2, sqrt(variance))


HORIZON = 1095
WINDOW = 7.0
ENDS = month_ends(datetime.date(2025, 1, 1), HORIZON)

# When licences are needed [d], how many applications there are for each good and week, and
# how many the desk decides a day.
FROM, UNTIL = 91.0, 728.0
APPLICATIONS = 3
THROUGHPUT = 1.3
APPROVAL = (0.45, 0.65)
REAPPLY = 30.0
REVIEW_MEAN, REVIEW_SD = 45.0, 20.0
REVIEW = lognormal(REVIEW_MEAN, REVIEW_SD)
INSPECTION = (10.0, 30.0)
HELD = 0.5
GERMANIUM = (8.0, 12.0, 22.0)
CLEARED = 0.4

# Summits [d], and the chance of each that talks follow.
SUMMITS = (126.0, 217.0, 308.0, 399.0, 490.0, 581.0)
SUCCESS = 0.6


@dataclass
class Seller:
    """A seller's stock and what it makes [t, t/d]; `usual` is its reference trade."""

    usual: float
    rate: float
    stock: float
    at: float = 0.0

    def settle(self, now: float) -> None:
        self.stock += self.rate * (now - self.at)
        self.at = now


@dataclass
class Permits:
    """What CN may ship of a good while licences are needed [t].

    `controlled` is the share of the good that needs one. Free goods are those that need
    none and are not held.
    """

    controlled: float
    permitted: float = 0.0
    pending: float = 0.0
    free: float = 0.0

    def may_ship(self) -> float:
        return self.free + self.permitted

    def ship(self, volume: float) -> None:
        """Uses free goods first; those that are not used in their week are not kept."""
        self.permitted -= max(0.0, volume - self.free)


@dataclass
class Good:
    """A good's market: its sellers, the first of them CN, and its one buyer JP."""

    sellers: list[Seller]
    buyer: Buyer
    permits: Permits
    transit: Law
    target: float
    usually_under_way: float
    restocking: float
    # The most that is ordered, in weeks of use.
    cap: float = 2.0

    def gap(self) -> float:
        """What stock and goods under way lack of what they usually are."""
        buyer = self.buyer
        return self.target + self.usually_under_way - buyer.stock - buyer.under_way

    def order(self) -> float:
        use = self.buyer.use * WINDOW
        wanted = use + self.restocking * self.gap()
        return min(max(wanted, 0.0), self.cap * use)


@dataclass
class Reserve:
    """A state reserve: its size, what is left of it, and its greatest release a day."""

    size: float
    left: float
    fastest: float
    cover_below: float
    fastest_refill: float
    cover_above: float
    rate: float = 0.0
    drawn: float = 0.0
    at: float = 0.0

    def settle(self, now: float) -> None:
        moved = self.rate * (now - self.at)
        self.left -= moved
        self.drawn += max(0.0, moved)
        self.at = now

    def decide(self, now: float, buyer: Buyer) -> None:
        """Says what is released, or below zero put in, until the market next clears."""
        self.settle(now)
        cover = buyer.stock / buyer.use
        if cover < self.cover_below:
            self.rate = min(self.fastest, self.left / WINDOW, buyer.use)
        elif cover > self.cover_above:
            spare = (cover - self.cover_above) * buyer.use
            self.rate = -min(self.fastest_refill, (self.size - self.left) / WINDOW, spare / WINDOW)
        else:
            self.rate = 0.0
        buyer.inflow = self.rate


@dataclass
class Authority:
    """Who decides on licences: a desk, and the chance that an application is approved."""

    desk: simpy.Resource
    chance: float
    talks: bool = False
    # Applications filed and not decided.
    pending: dict[simpy.Process, None] = field(default_factory=dict)

    def approval(self) -> float:
        return 0.9 if self.talks else self.chance

    def held(self) -> float:
        return 0.1 if self.talks else HELD


def outages(env: simpy.Environment, rng: Random, seller: Seller, up: float, down: float):
    """Output while up is such that the mean is what the scenario says."""
    full = seller.rate * (up + down) / up
    while True:
        for rate, mean in ((full, up), (0.0, down)):
            seller.settle(env.now)
            seller.rate = rate
            yield env.timeout(exponential(rng, mean))


def application(env, rng: Random, authority: Authority, permits: Permits, volume: float):
    """An application waits for the desk and for its review until it is approved.

    Refused ones are filed again later. Who is interrupted is decided at once.
    """
    me = env.active_process
    while True:
        authority.pending[me] = None
        try:
            with authority.desk.request() as turn:
                yield turn
                yield env.timeout(1.0 / THROUGHPUT)
            yield env.timeout(REVIEW(rng))
        except simpy.Interrupt:
            pass
        del authority.pending[me]
        if rng.random() < authority.approval():
            break
        yield env.timeout(exponential(rng, REAPPLY))
    permits.pending -= volume
    permits.permitted += volume


def inspection(env, rng: Random, permits: Permits, volume: float):
    yield env.timeout(rng.uniform(*INSPECTION))
    permits.pending -= volume
    permits.permitted += volume


def after(env, days: float, process):
    yield env.timeout(days)
    yield from process


def relations(env, rng: Random, authority: Authority):
    """Summits that may lead to talks; these decide a part of what is pending at once."""
    for day in SUMMITS:
        yield env.timeout(day - env.now)
        if rng.random() < SUCCESS:
            authority.talks = True
            for process in list(authority.pending):
                if rng.random() < CLEARED:
                    process.interrupt()
            yield env.timeout(rng.uniform(20.0, 50.0))
            authority.talks = False


def catching_up(good: Good, chance: float) -> float:
    """Further goods that CN applies for as JP lacks stock.

    Only what is not permitted or pending beyond what always is while all goes its usual way:
    reference trade over the time from the first application to the approval and the next
    clearing.
    """
    permits, usual = good.permits, good.sellers[0].usual
    wait = REVIEW_MEAN / chance + REAPPLY * (1.0 - chance) / chance + WINDOW
    on_its_way = permits.pending + permits.permitted - permits.controlled * usual * wait
    gap = good.gap() * usual / good.buyer.use - max(0.0, on_its_way)
    most = (good.cap - 1.0) * usual * WINDOW
    return min(good.restocking * max(0.0, gap), most)


def file(env, rng: Random, authority: Authority, good: Good) -> None:
    """Files for a week's trade, in equal parts at even distances."""
    permits, trade = good.permits, good.sellers[0].usual * WINDOW
    applied = permits.controlled * trade + catching_up(good, authority.approval())
    held = authority.held() * (1.0 - permits.controlled) * trade
    permits.free = (1.0 - permits.controlled) * trade - held
    permits.pending += applied + held
    for k in range(APPLICATIONS):
        days = (k + 0.5) / APPLICATIONS * WINDOW
        part = applied / APPLICATIONS
        env.process(after(env, days, application(env, rng, authority, permits, part)))
        if held > 0.0:
            part = held / APPLICATIONS
            env.process(after(env, days, inspection(env, rng, permits, part)))


def clear(env, rng: Random, good: Good, needs_licence: bool) -> None:
    """Sellers offer all they have and may ship; the buyer takes the same share of each."""
    limit = good.permits.may_ship() if needs_licence else inf
    offers = [seller.stock for seller in good.sellers]
    offers[0] = min(offers[0], limit)
    share = min(1.0, good.order() / sum(offers)) if sum(offers) > 0.0 else 0.0
    for seller, offer in zip(good.sellers, offers, strict=True):
        if share * offer > 0.0:
            seller.stock -= share * offer
            send(env, good.buyer, share * offer, good.transit(rng))
    if needs_licence:
        good.permits.ship(share * offers[0])


def weeks(env, rng: Random, goods: list[Good], reserve: Reserve):
    authority = Authority(simpy.Resource(env), rng.uniform(*APPROVAL))
    env.process(relations(env, rng, authority))
    while True:
        needed = FROM <= env.now < UNTIL
        for good in goods:
            good.buyer.settle(env.now)
            for seller in good.sellers:
                seller.settle(env.now)
            if needed:
                file(env, rng, authority, good)
        reserve.decide(env.now, goods[1].buyer)
        for good in goods:
            clear(env, rng, good, needed)
        yield env.timeout(WINDOW)


def weeks_under_way(longer_than: Callable[[float], float]) -> float:
    """Mean number of clearings that goods live to see under way after the one they left at."""
    return sum(longer_than(WINDOW * k) for k in range(1, 100))


def gallium_takes_longer(days: float) -> float:
    variance = log1p((8.0 / 25.0) ** 2)
    return 0.5 * erfc((log(days / 25.0) + variance / 2) / sqrt(2.0 * variance))


def germanium_takes_longer(days: float) -> float:
    low, mode, high = GERMANIUM
    if days < mode:
        return 1.0 - max(0.0, days - low) ** 2 / ((high - low) * (mode - low))
    return max(0.0, high - days) ** 2 / ((high - low) * (high - mode))


def trial(seed: int) -> dict[str, float]:
    """Numbers of one trial."""
    rng = Random(seed)
    env = simpy.Environment()
    gallium = Good(
        sellers=[Seller(6.0, 6.0, 42.0), Seller(4.0, 4.0, 28.0)],
        buyer=Buyer(use=10.0, stock=500.0),
        permits=Permits(controlled=0.8),
        transit=lognormal(25.0, 8.0),
        target=300.0,
        usually_under_way=10.0 * WINDOW * weeks_under_way(gallium_takes_longer),
        restocking=0.25,
    )
    germanium = Good(
        sellers=[Seller(5.0, 5.0, 35.0)],
        buyer=Buyer(use=5.0, stock=200.0),
        permits=Permits(controlled=1.0),
        transit=lambda rng: rng.triangular(GERMANIUM[0], GERMANIUM[2], GERMANIUM[1]),
        target=150.0,
        usually_under_way=5.0 * WINDOW * weeks_under_way(germanium_takes_longer),
        restocking=0.25,
    )
    size = 40.0 * germanium.buyer.use
    reserve = Reserve(size, size, 0.06 * size / 7.0, 15.0, 0.02 * size / 7.0, 25.0)
    goods = [gallium, germanium]
    buyers = [good.buyer for good in goods]
    env.process(outages(env, rng, gallium.sellers[1], 40.0, 10.0))
    env.process(weeks(env, rng, goods, reserve))
    env.process(monthly_books(env, buyers, ENDS))
    env.run(until=HORIZON + AFTER)
    numbers = {}
    for name, buyer in zip(("gallium", "germanium"), buyers, strict=True):
        of = buyer.metrics(HORIZON)
        numbers |= {
            f"{name} short, t": of["shortfall"],
            f"{name} short of over 0.5 %, share": float(of["shortfall_share"] > 0.005),
            f"{name}, worst month, share": of["peak_rate"],
            f"{name}, first day short, at most 1095": min(of["time_to_survive"], HORIZON),
            f"{name}, days until no more short": of["time_to_recover"],
            f"{name}, least cover, days": of["minimum_cover"],
            f"{name} imported, t": buyer.arrived,
        }
    reserve.settle(HORIZON)
    return numbers | {"germanium drawn from the reserve, t": reserve.drawn}
