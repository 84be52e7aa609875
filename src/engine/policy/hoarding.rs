//! Hoarding: buyers store more for fear of a shortage.
//!
//! While it is in force, a buyer's target position rises by `cover` days of
//! its present use; what several policies make it store adds up. Orders close
//! the gap at the usual rate κ, and in the long run stock is higher by so
//! many days.

use super::Act;
use crate::network::{Compiler, Network, Num};
use crate::scenario as written;

#[derive(Clone, Debug)]
pub(super) struct Hoarding {
    buyers: Vec<usize>,
    /// Days of use.
    cover: Num,
}

pub(super) fn compile(compiler: &mut Compiler, w: &written::Hoarding) -> Hoarding {
    Hoarding {
        buyers: super::buyers(compiler, &w.on, &w.countries),
        cover: compiler.num(&w.cover),
    }
}

impl Act for Hoarding {
    fn buyers(&self, _network: &Network) -> Vec<usize> {
        self.buyers.clone()
    }

    fn hoards(&self) -> Option<Num> {
        Some(self.cover)
    }
}
