//! Which shard of a sweep this process is to do: as written, or as the scheduler of
//! a cluster has it.

use crate::study::sweep::Shard;

/// Most shards of a sweep.
const MOST: u32 = 100_000;

/// How many shards there are, whatever the scheduler says.
const SHARDS: &str = "SHORTFALL_SHARDS";
/// The index of the first task of a Slurm array, where it is not 1.
const FIRST: &str = "SHORTFALL_FIRST";

/// Reads `3/8`, or with `auto` what the scheduler sets in the environment.
///
/// # Errors
/// What is wrong, and what would be right.
pub(super) fn read(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, String> {
    if text == "auto" {
        return scheduled(variable);
    }
    let shard = text.split_once('/').and_then(|(index, of)| {
        let (index, of) = (index.parse().ok()?, of.parse().ok()?);
        sound(index, of)
    });
    shard.ok_or_else(|| format!("expected I/N with 1 ≤ I ≤ N ≤ {MOST}, as 3/8, or auto"))
}

fn sound(index: u32, of: u32) -> Option<Shard> {
    ((1..=of).contains(&index) && of <= MOST).then_some(Shard { index, of })
}

/// The variables of the environment in which a scheduler numbers its tasks.
struct Scheduler<'a> {
    name: &'a str,
    /// Index of this task.
    index: &'a str,
    /// Index of the first task and the distance between two, where they can be
    /// chosen.
    first: Option<(&'a str, &'a str)>,
    /// How many tasks there are, where it says so.
    count: Option<&'a str>,
}

const SCHEDULERS: [Scheduler<'static>; 3] = [
    Scheduler {
        name: "Slurm",
        index: "SLURM_ARRAY_TASK_ID",
        first: Some(("SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP")),
        count: Some("SLURM_ARRAY_TASK_COUNT"),
    },
    Scheduler {
        name: "Kubernetes",
        index: "JOB_COMPLETION_INDEX",
        first: None,
        count: None,
    },
    Scheduler {
        name: "AWS Batch",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        first: None,
        count: Some("AWS_BATCH_JOB_ARRAY_SIZE"),
    },
];

fn scheduled(variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, String> {
    let found = SCHEDULERS
        .iter()
        .filter(|scheduler| variable(scheduler.index).is_some());
    let found: Vec<&Scheduler<'_>> = found.collect();
    match found.as_slice() {
        [scheduler] => scheduler.shard(variable),
        [] => Err(format!(
            "no scheduler has numbered this task: none of {} is set; write the shard as 3/8",
            names(&SCHEDULERS.iter().collect::<Vec<_>>())
        )),
        several => Err(format!(
            "several schedulers have numbered this task: {} are set; write the shard as 3/8",
            names(several)
        )),
    }
}

fn names(schedulers: &[&Scheduler<'_>]) -> String {
    let names: Vec<&str> = schedulers.iter().map(|scheduler| scheduler.index).collect();
    names.join(", ")
}

impl Scheduler<'_> {
    fn shard(&self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, String> {
        let whole = |name: &str| -> Result<Option<u32>, String> {
            let Some(text) = variable(name) else {
                return Ok(None);
            };
            let number = text.trim().parse().map(Some);
            number.map_err(|_| format!("{name} is `{text}`, and should be a whole number"))
        };
        let given = whole(SHARDS)?;
        let index = whole(self.index)?.unwrap_or_default();
        // A task that is submitted again alone is the first of its array, and
        // the only one: where the number of shards is given, so is the first.
        let (first, step) = match (self.first, given) {
            (None, _) => (0, 1),
            (Some(_), Some(_)) => (whole(FIRST)?.unwrap_or(1), 1),
            (Some((first, step)), None) => {
                (whole(first)?.unwrap_or(1), whole(step)?.unwrap_or(1).max(1))
            }
        };
        let count = match (given, self.count) {
            (Some(given), _) => Some(given),
            (None, Some(count)) => whole(count)?,
            (None, None) => None,
        };
        let Some(of) = count else {
            return Err(format!(
                "{} does not say how many tasks there are: set {SHARDS}",
                self.name
            ));
        };
        let place = index.checked_sub(first).map(|place| place / step + 1);
        let shard = place.and_then(|index| sound(index, of));
        shard.ok_or_else(|| {
            format!(
                "{} is {index}, which is not among {of} tasks counted from {first}{}",
                self.index,
                match self.first {
                    Some(_) => format!("; {FIRST} says where they begin"),
                    None => String::new(),
                }
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(set: &[(&str, &str)]) -> Result<(u32, u32), String> {
        let variable = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        read("auto", &variable).map(|Shard { index, of }| (index, of))
    }

    #[test]
    fn a_shard_is_written_as_a_fraction() {
        let written = |text| read(text, &|_| None).map(|Shard { index, of }| (index, of));
        assert_eq!(written("3/8"), Ok((3, 8)));
        for text in [
            "0/8", "9/8", "3", "3/", "/8", "a/b", "1/0", "1/100001", "-1/8", "3/8/2",
        ] {
            assert!(
                written(text).unwrap_err().starts_with("expected I/N"),
                "{text}"
            );
        }
    }

    #[test]
    fn slurm_arrays_begin_anywhere() {
        let slurm = |id, count, min, step| {
            auto(&[
                ("SLURM_ARRAY_TASK_ID", id),
                ("SLURM_ARRAY_TASK_COUNT", count),
                ("SLURM_ARRAY_TASK_MIN", min),
                ("SLURM_ARRAY_TASK_STEP", step),
            ])
        };
        assert_eq!(slurm("0", "8", "0", "1"), Ok((1, 8)));
        assert_eq!(slurm("8", "8", "1", "1"), Ok((8, 8)));
        assert_eq!(slurm("14", "8", "10", "2"), Ok((3, 8)));
        assert!(
            slurm("9", "8", "1", "1")
                .unwrap_err()
                .contains("not among 8 tasks")
        );
        assert!(
            slurm("x", "8", "1", "1")
                .unwrap_err()
                .contains("SLURM_ARRAY_TASK_ID is `x`")
        );
    }

    /// `sbatch --array=3` after the third of eight tasks failed.
    #[test]
    fn a_task_of_an_array_can_be_submitted_again_alone() {
        let again = [
            ("SLURM_ARRAY_TASK_ID", "3"),
            ("SLURM_ARRAY_TASK_COUNT", "1"),
            ("SLURM_ARRAY_TASK_MIN", "3"),
            ("SHORTFALL_SHARDS", "8"),
        ];
        assert_eq!(auto(&again), Ok((3, 8)));
        let from_zero = [
            ("SLURM_ARRAY_TASK_ID", "0"),
            ("SHORTFALL_SHARDS", "8"),
            ("SHORTFALL_FIRST", "0"),
        ];
        assert_eq!(auto(&from_zero), Ok((1, 8)));
        assert!(
            auto(&from_zero[..2])
                .unwrap_err()
                .contains("SHORTFALL_FIRST")
        );
    }

    #[test]
    fn other_schedulers_count_from_zero() {
        let kubernetes = [("JOB_COMPLETION_INDEX", "2"), ("SHORTFALL_SHARDS", "8")];
        assert_eq!(auto(&kubernetes), Ok((3, 8)));
        assert!(
            auto(&kubernetes[..1])
                .unwrap_err()
                .contains("set SHORTFALL_SHARDS")
        );
        let batch = [
            ("AWS_BATCH_JOB_ARRAY_INDEX", "7"),
            ("AWS_BATCH_JOB_ARRAY_SIZE", "8"),
        ];
        assert_eq!(auto(&batch), Ok((8, 8)));
    }

    #[test]
    fn no_scheduler_and_two_are_too_few_and_too_many() {
        assert!(
            auto(&[])
                .unwrap_err()
                .contains("none of SLURM_ARRAY_TASK_ID")
        );
        let two = [("SLURM_ARRAY_TASK_ID", "1"), ("JOB_COMPLETION_INDEX", "1")];
        assert!(auto(&two).unwrap_err().contains("several schedulers"));
    }
}
