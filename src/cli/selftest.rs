use std::fmt::Write;
use std::sync::atomic::Ordering;

use anyhow::anyhow;

use super::progress::Count;
use super::{Failure, SelftestArgs, output, signals};
use crate::study::selftest::{CASES, Case, Check, SelfTestError, TOLERANCE};

/// Heads of the columns of numbers.
const HEADS: [&str; 4] = ["", "expected", "got", "± se"];

/// Compares trials with theory on this machine and prints both.
///
/// # Errors
/// When a result misses, or it was interrupted.
pub fn selftest(args: &SelftestArgs) -> Result<(), Failure> {
    let stop = signals::stop_on_signal(None)?;
    let bar = Count::new(!args.quiet, CASES.len() as u64, "cases");
    let mut done = Vec::new();
    for case in CASES {
        if stop.load(Ordering::Relaxed) {
            return Err(Failure::Interrupted);
        }
        done.push((case, case.run(args.seed)));
        bar.advance();
    }
    drop(bar);
    output::print(&table(&done))?;
    let failed = done.iter().flat_map(|(_, checks)| match checks {
        Ok(checks) => checks.iter().map(Check::passes).collect(),
        Err(_) => vec![false],
    });
    match failed.filter(|passes| !passes).count() {
        0 => Ok(()),
        1 => Err(anyhow!("a result is not as theory has it").into()),
        n => Err(anyhow!("{n} results are not as theory has them").into()),
    }
}

type Done<'c> = (&'c Case, Result<Vec<Check>, SelfTestError>);

/// All cases, a line each and one for each of their results.
fn table(done: &[Done<'_>]) -> String {
    let checks = done.iter().filter_map(|(_, checks)| checks.as_ref().ok());
    let checks: Vec<&Check> = checks.flatten().collect();
    let widest = checks.iter().map(|check| check.quantity.chars().count());
    let width = widest.max().unwrap_or(0);
    let mut text = row(HEADS.map(str::to_owned), "", width);
    for (case, checks) in done {
        let _ = writeln!(text, "{}", case.title);
        match checks {
            Ok(checks) => checks.iter().for_each(|check| text += &line(check, width)),
            Err(error) => {
                let _ = writeln!(text, "  FAIL: {error}");
            }
        }
    }
    let passed = checks.iter().filter(|check| check.passes()).count();
    let failed = checks.len() - passed + done.iter().filter(|(_, checks)| checks.is_err()).count();
    let _ = writeln!(
        text,
        "\n{passed} pass, {failed} fail. Results of chance may miss by {TOLERANCE} standard \
         errors; one in 16,000 does so by chance."
    );
    text
}

fn line(check: &Check, width: usize) -> String {
    let error = match check.got.se > 0.0 {
        true => number(check.got.se),
        false => String::new(),
    };
    let numbers = [number(check.expected), number(check.got.value), error];
    let [expected, got, error] = numbers;
    let verdict = if check.passes() { "pass" } else { "FAIL" };
    row(
        [check.quantity.to_owned(), expected, got, error],
        verdict,
        width,
    )
}

fn row([what, expected, got, error]: [String; 4], verdict: &str, width: usize) -> String {
    let line = format!("  {what:<width$}  {expected:>12}  {got:>12}  {error:>10}  {verdict}");
    format!("{}\n", line.trim_end())
}

/// Six digits, or as many as there are before the point.
fn number(value: f64) -> String {
    let before = value.abs().log10().floor().max(0.0);
    let after = if before.is_finite() {
        5.0 - before
    } else {
        0.0
    };
    format!("{value:.*}", after.max(0.0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Estimate;

    fn check(value: f64, se: f64) -> Check {
        Check {
            quantity: "mean, t",
            expected: 4746.53,
            got: Estimate { value, se },
            slack: 0.0,
        }
    }

    #[test]
    fn what_misses_fails() {
        assert!(check(4750.0, 1.0).passes());
        assert!(!check(4751.0, 1.0).passes());
        assert!(!check(f64::NAN, 1.0).passes());
        assert!(!check(4746.0, f64::NAN).passes());
        let both = line(&check(4801.25, 47.5), 12) + &line(&check(0.5, 0.0), 12);
        insta::assert_snapshot!(both, @r"
          mean, t            4746.53       4801.25     47.5000  pass
          mean, t            4746.53       0.50000              FAIL
        ");
    }
}
