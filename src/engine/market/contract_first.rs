//! Contract-first: contracts are served before the market opens; what is left
//! goes to historic customers up to their custom, then pro-rata.

use super::pro_rata::{Claim, Rationing};
use super::{Pairs, Problem, Solution};

/// The prior is both the claim of a historic customer and its limit.
pub(super) fn clear(rationing: &mut Rationing, problem: &Problem, solution: &mut Solution) {
    rationing.open(problem, solution);
    let pairs = Pairs::of(problem);
    let custom = pairs.caps().zip(problem.prior);
    let custom = custom.map(|(cap, prior)| cap.min(*prior));
    rationing.share(solution, Claim::Weight(problem.prior), custom);
    rationing.share(solution, Claim::Want, pairs.caps());
}
