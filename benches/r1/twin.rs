//! R1 written by hand for this one network: what the scenario language costs
//! is measured against it. Nothing here comes from the library.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand_distr::{Distribution, Exp1, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

const MINES: usize = 10;
const CONSUMERS: usize = 10;
const HORIZON: f64 = 1825.0;
const WINDOW: f64 = 7.0;
const UP: f64 = 300.0;
const DOWN: f64 = 30.0;
const STOCK: f64 = 30.0;
/// Mean and coefficient of variation of a cargo's days under way.
const TRANSIT: (f64, f64) = (20.0, 0.25);

const CLEARING: u32 = MINES as u32;
const ARRIVAL: u32 = CLEARING + 1;

#[derive(Clone, Copy, Default)]
struct Mine {
    up: bool,
    stock: f64,
    at: f64,
}

#[derive(Clone, Copy, Default)]
struct Consumer {
    stock: f64,
    short: f64,
    at: f64,
}

/// Memory of a trial, reused.
#[derive(Default)]
pub struct Twin {
    calendar: BinaryHeap<Reverse<(u64, u32, u64)>>,
    mines: [Mine; MINES],
    consumers: [Consumer; CONSUMERS],
    /// Events of the last trial.
    pub events: u64,
}

impl Twin {
    fn schedule(&mut self, at: f64, id: u32, payload: u64) {
        self.calendar.push(Reverse((at.to_bits(), id, payload)));
    }

    /// Runs a trial; returns shortfall over demand.
    pub fn run(&mut self, seed: u64) -> f64 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let s2 = (TRANSIT.1 * TRANSIT.1).ln_1p();
        let (mu, sigma) = (TRANSIT.0.ln() - 0.5 * s2, s2.sqrt());
        self.calendar.clear();
        self.events = 0;
        self.mines.fill(Mine {
            up: true,
            ..Mine::default()
        });
        self.consumers.fill(Consumer {
            stock: STOCK,
            ..Consumer::default()
        });
        for mine in 0..MINES {
            let e: f64 = Exp1.sample(&mut rng);
            self.schedule(UP * e, mine as u32, 0);
        }
        self.schedule(0.0, CLEARING, 0);
        while let Some(Reverse((bits, id, payload))) = self.calendar.pop() {
            let now = f64::from_bits(bits);
            if now > HORIZON {
                break;
            }
            self.events += 1;
            if id >= ARRIVAL {
                let consumer = &mut self.consumers[(id - ARRIVAL) as usize];
                consumer.settle(now);
                consumer.stock += f64::from_bits(payload);
            } else if id == CLEARING {
                for mine in 0..MINES {
                    self.mines[mine].settle(now);
                    let parcel = self.mines[mine].stock / CONSUMERS as f64;
                    if parcel <= 0.0 {
                        continue;
                    }
                    self.mines[mine].stock = 0.0;
                    for consumer in 0..CONSUMERS {
                        let z: f64 = StandardNormal.sample(&mut rng);
                        let arrives = now + (mu + sigma * z).exp();
                        self.schedule(arrives, ARRIVAL + consumer as u32, parcel.to_bits());
                    }
                }
                self.schedule(now + WINDOW, CLEARING, 0);
            } else {
                let mine = &mut self.mines[id as usize];
                mine.settle(now);
                mine.up = !mine.up;
                let mean = if mine.up { UP } else { DOWN };
                let e: f64 = Exp1.sample(&mut rng);
                self.schedule(now + mean * e, id, 0);
            }
        }
        let mut short = 0.0;
        for consumer in &mut self.consumers {
            consumer.settle(HORIZON);
            short += consumer.short;
        }
        short / (CONSUMERS as f64 * HORIZON)
    }
}

impl Mine {
    fn settle(&mut self, now: f64) {
        if self.up {
            self.stock += now - self.at;
        }
        self.at = now;
    }
}

impl Consumer {
    fn settle(&mut self, now: f64) {
        self.stock -= now - self.at;
        self.at = now;
        if self.stock < 0.0 {
            self.short -= self.stock;
            self.stock = 0.0;
        }
    }
}
