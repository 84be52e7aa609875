//! Domestic-first: a country's goods go to its own buyers up to their
//! nomination, then abroad pro-rata.

use super::pro_rata::{Claim, Rationing};
use super::{Pairs, Problem, Solution};

/// Shares among domestic pairs, then among all.
pub(super) fn clear(rationing: &mut Rationing, problem: &Problem, solution: &mut Solution) {
    rationing.open(problem, solution);
    let pairs = Pairs::of(problem);
    let at_home = pairs.caps().zip(problem.domestic);
    let at_home = at_home.map(|(cap, domestic)| if *domestic { cap } else { 0.0 });
    rationing.share(solution, Claim::Want, at_home);
    rationing.share(solution, Claim::Want, pairs.caps());
}
