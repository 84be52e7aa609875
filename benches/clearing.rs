//! How long a clearing takes, and how many steps: `cargo bench --bench clearing`.

#![allow(
    clippy::disallowed_methods,
    reason = "a measurement looks at the clock"
)]
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement, not a product"
)]
#![allow(dead_code, reason = "the markets are shared with the tests")]

#[path = "../tests/market/mod.rs"]
mod market;

use std::hint::black_box;
use std::time::Instant;

use market::{Dice, Market, margins};
use shortfall::engine::market::{Clearing, Rule, Solution};

const REPETITIONS: u32 = 2_000;

/// A dense market in which a third of the offers are halved.
fn shocked(sellers: usize, buyers: usize) -> Market {
    let mut dice = Dice(7);
    let prior: Vec<f64> = (0..sellers * buyers).map(|_| 0.1 + dice.unit()).collect();
    let (rows, columns) = margins(&prior, sellers, buyers);
    let mut market = Market::new(prior, rows, columns);
    for i in (0..sellers).step_by(3) {
        market.offer[i] *= 0.5;
        market.offer_max[i] *= 0.5;
    }
    for pair in 0..buyers {
        market.cost[pair] = 0.3;
    }
    market
}

/// The same market a week later: offers moved by up to 2 %.
fn later(market: &Market) -> Market {
    let mut dice = Dice(8);
    let mut later = market.clone();
    later
        .offer
        .iter_mut()
        .for_each(|s| *s *= 0.98 + 0.04 * dice.unit());
    later.offer_max.clone_from(&later.offer);
    later
}

/// Mean time in microseconds, and iterations.
fn time(market: &Market, start: &Solution, rule: Rule) -> (f64, u32) {
    let mut clearing = Clearing::new(market.sellers(), market.buyers());
    let mut solution = start.clone();
    let mut elapsed = 0;
    for _ in 0..REPETITIONS {
        solution.clone_from(start);
        let began = Instant::now();
        clearing
            .clear(rule, black_box(&market.problem()), &mut solution)
            .unwrap();
        elapsed += began.elapsed().as_nanos();
    }
    (
        elapsed as f64 / f64::from(REPETITIONS) / 1e3,
        solution.iterations,
    )
}

fn main() {
    speed();
    iterations();
}

/// Microseconds and steps of one clearing, from cold and warm prices.
fn speed() {
    for (sellers, buyers) in [(15, 12), (12, 15), (60, 60)] {
        let before = shocked(sellers, buyers);
        let cold = Solution::new(sellers, buyers);
        let warm = before.clear(Rule::Equilibrium).unwrap();
        let after = later(&before);
        println!(
            "{sellers} x {buyers}: cold {:?}",
            time(&before, &cold, Rule::Equilibrium)
        );
        println!(
            "{sellers} x {buyers}: warm {:?}",
            time(&after, &warm, Rule::Equilibrium)
        );
        println!(
            "{sellers} x {buyers}: same {:?}",
            time(&before, &warm, Rule::Equilibrium)
        );
        for rule in &Rule::ALL[1..] {
            println!(
                "{sellers} x {buyers}: {rule} {:?}",
                time(&before, &cold, *rule)
            );
        }
    }
}

/// Steps of 2,000 nasty random markets from cold prices.
fn iterations() {
    let mut dice = Dice(1);
    let mut counts = Vec::new();
    for _ in 0..2000 {
        let market = dice.market(20);
        match market.clear(Rule::Equilibrium) {
            Ok(solution) => counts.push(solution.iterations),
            Err(error) => println!("{error}"),
        }
    }
    counts.sort_unstable();
    let at = |q: f64| counts[(q * (counts.len() - 1) as f64) as usize];
    println!(
        "{} of 2000 solved; steps: median {}, p95 {}, p99 {}, most {}",
        counts.len(),
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    );
}
