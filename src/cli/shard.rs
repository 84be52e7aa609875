//! Which shard of a sweep this process is to do: as written, or as the scheduler of
//! a cluster has it.

use crate::study::sweep::Shard;

/// How many shards there are, whatever the scheduler says.
const SHARDS: &str = "SHORTFALL_SHARDS";
/// The index of the task that does the first shard, where only some tasks of a
/// Slurm array are submitted again and it was not 1.
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
    let most = Shard::MOST;
    shard.ok_or_else(|| format!("expected I/N with 1 ≤ I ≤ N ≤ {most}, as 3/8, or auto"))
}

fn sound(index: u32, of: u32) -> Option<Shard> {
    let shard = Shard { index, of };
    shard.is_sound().then_some(shard)
}

/// The variables of the environment in which a scheduler numbers its tasks.
struct Scheduler<'a> {
    name: &'a str,
    /// Index of this task.
    index: &'a str,
    /// How many tasks there are, where it says so.
    count: Option<&'a str>,
    /// How tasks are numbered, where that can be chosen; else from 0.
    numbering: Option<Numbering<'a>>,
}

/// The variables that hold how the tasks of an array are numbered.
struct Numbering<'a> {
    /// Least index of a task.
    least: &'a str,
    /// Greatest index of a task.
    greatest: &'a str,
    /// Distance of two indices, where it is the same all along.
    step: &'a str,
}

const SCHEDULERS: [Scheduler<'static>; 3] = [
    Scheduler {
        name: "Slurm",
        index: "SLURM_ARRAY_TASK_ID",
        count: Some("SLURM_ARRAY_TASK_COUNT"),
        numbering: Some(Numbering {
            least: "SLURM_ARRAY_TASK_MIN",
            greatest: "SLURM_ARRAY_TASK_MAX",
            step: "SLURM_ARRAY_TASK_STEP",
        }),
    },
    Scheduler {
        name: "Kubernetes",
        index: "JOB_COMPLETION_INDEX",
        count: None,
        numbering: None,
    },
    Scheduler {
        name: "AWS Batch",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        count: Some("AWS_BATCH_JOB_ARRAY_SIZE"),
        numbering: None,
    },
];

fn scheduled(variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, String> {
    let set = |name: &str| variable(name).filter(|text| !text.trim().is_empty());
    let found = SCHEDULERS
        .iter()
        .filter(|scheduler| set(scheduler.index).is_some());
    let found: Vec<&Scheduler<'_>> = found.collect();
    match found.as_slice() {
        [scheduler] => scheduler.shard(&set),
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

/// The whole number that a variable holds, if it is set.
fn whole(name: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<u32>, String> {
    let Some(text) = variable(name) else {
        return Ok(None);
    };
    let number = text.trim().parse().map(Some);
    number.map_err(|_| format!("{name} is `{text}`, and should be a whole number"))
}

impl Scheduler<'_> {
    fn shard(&self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, String> {
        let given = whole(SHARDS, variable)?;
        let index = whole(self.index, variable)?.unwrap_or_default();
        let tasks = match self.count {
            Some(count) => whole(count, variable)?,
            None => None,
        };
        let Some(of) = given.or(tasks) else {
            return Err(format!(
                "{} does not say how many tasks there are: set {SHARDS}",
                self.name
            ));
        };
        let (first, step) = match &self.numbering {
            None => (0, 1),
            Some(numbering) => numbering.read(tasks, given, variable)?,
        };
        let beyond = index.checked_sub(first);
        let place = beyond.filter(|beyond| beyond % step == 0);
        let shard = place.and_then(|place| sound((place / step).saturating_add(1), of));
        shard.ok_or_else(|| {
            let hint = match self.numbering {
                Some(_) => format!("; {FIRST} says where they begin"),
                None => String::new(),
            };
            format!(
                "{} is {index}, which is not among {of} tasks counted from {first}{hint}",
                self.index
            )
        })
    }
}

impl Numbering<'_> {
    /// The index of the first of all tasks, and the distance between two.
    ///
    /// Tasks that are submitted again alone are an array of their own, which no
    /// longer tells of the others. The number of shards must be given then; all
    /// tasks are taken to be numbered one by one.
    fn read(
        &self,
        tasks: Option<u32>,
        given: Option<u32>,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(u32, u32), String> {
        let first = whole(FIRST, variable)?;
        if given.is_some() && given != tasks {
            return Ok((first.unwrap_or(1), 1));
        }
        let least = whole(self.least, variable)?.unwrap_or(1);
        let step = whole(self.step, variable)?.unwrap_or(1).max(1);
        let tasks = tasks.unwrap_or(1);
        let end = u64::from(least) + u64::from(step) * u64::from(tasks.saturating_sub(1));
        let greatest = whole(self.greatest, variable)?;
        let gaps = greatest.is_some_and(|greatest| u64::from(greatest) != end);
        if gaps || given.is_none() && tasks == 1 {
            let seen = match gaps {
                true => "the array has gaps",
                false => "the array has one task",
            };
            return Err(format!(
                "{seen}, as if some tasks were submitted again: set {SHARDS} to the number of \
                 shards, and {FIRST} to the index of the first unless it is 1"
            ));
        }
        match first {
            Some(first) if first != least => Err(format!(
                "{FIRST} is {first}, but {} is {least} in an array of all tasks",
                self.least
            )),
            _ => Ok((least, step)),
        }
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

    /// What a task of a Slurm array does: its index, the number of tasks, the least
    /// and greatest index and the step, and what else is set.
    fn slurm(
        [id, count, least, greatest, step]: [&str; 5],
        others: &[(&str, &str)],
    ) -> Result<(u32, u32), String> {
        let array = [
            ("SLURM_ARRAY_TASK_ID", id),
            ("SLURM_ARRAY_TASK_COUNT", count),
            ("SLURM_ARRAY_TASK_MIN", least),
            ("SLURM_ARRAY_TASK_MAX", greatest),
            ("SLURM_ARRAY_TASK_STEP", step),
        ];
        auto(&[&array, others].concat())
    }

    #[track_caller]
    fn complains(found: Result<(u32, u32), String>, of: &str) {
        let complaint = found.unwrap_err();
        assert!(complaint.contains(of), "{complaint}");
    }

    #[test]
    fn slurm_arrays_begin_anywhere() {
        assert_eq!(slurm(["0", "8", "0", "7", "1"], &[]), Ok((1, 8)));
        assert_eq!(slurm(["8", "8", "1", "8", "1"], &[]), Ok((8, 8)));
        assert_eq!(slurm(["14", "8", "10", "24", "2"], &[]), Ok((3, 8)));
        let least = u32::MAX.to_string();
        complains(
            slurm([&least, "2", &least, "7", "1"], &[]),
            "the array has gaps",
        );
        complains(
            slurm(["9", "8", "1", "8", "1"], &[]),
            "SLURM_ARRAY_TASK_ID is 9, which is not among 8 tasks counted from 1",
        );
        complains(
            slurm(["15", "8", "10", "24", "2"], &[]),
            "15, which is not among",
        );
        complains(
            slurm(["x", "8", "1", "8", "1"], &[]),
            "SLURM_ARRAY_TASK_ID is `x`",
        );
        complains(
            slurm(["1", "8", "-1", "8", "1"], &[]),
            "SLURM_ARRAY_TASK_MIN is `-1`",
        );
        complains(slurm(["1", "0", "1", "1", "1"], &[]), "among 0 tasks");
    }

    /// The number of shards may be given with the whole array, too.
    #[test]
    fn a_whole_array_is_known_by_its_number_of_tasks() {
        let shards = ("SHORTFALL_SHARDS", "8");
        let first = |first| [shards, ("SHORTFALL_FIRST", first)];
        assert_eq!(slurm(["7", "8", "0", "7", "1"], &[shards]), Ok((8, 8)));
        assert_eq!(slurm(["14", "8", "10", "24", "2"], &[shards]), Ok((3, 8)));
        assert_eq!(slurm(["7", "8", "0", "7", "1"], &first("0")), Ok((8, 8)));
        complains(
            slurm(["7", "8", "0", "7", "1"], &first("1")),
            "SHORTFALL_FIRST is 1, but SLURM_ARRAY_TASK_MIN is 0",
        );
        let one = ("SHORTFALL_SHARDS", "1");
        assert_eq!(slurm(["5", "1", "5", "5", "1"], &[one]), Ok((1, 1)));
    }

    /// `sbatch --array=3` after the third of eight tasks failed, and
    /// `--array=3,5`, which is said to have step 1.
    #[test]
    fn tasks_of_an_array_can_be_submitted_again_alone() {
        let shards = ("SHORTFALL_SHARDS", "8");
        let from_zero = [shards, ("SHORTFALL_FIRST", "0")];
        let (alone, two) = (["3", "1", "3", "3", "1"], ["5", "2", "3", "5", "1"]);
        assert_eq!(slurm(alone, &[shards]), Ok((3, 8)));
        assert_eq!(slurm(alone, &from_zero), Ok((4, 8)));
        assert_eq!(slurm(two, &[shards]), Ok((5, 8)));
        complains(slurm(alone, &[]), "one task, as if some");
        complains(slurm(two, &[]), "set SHORTFALL_SHARDS to the number");
        complains(
            slurm(["0", "1", "0", "0", "1"], &[shards]),
            "counted from 1; SHORTFALL_FIRST says",
        );
        complains(
            slurm(alone, &[("SHORTFALL_SHARDS", "eight")]),
            "SHORTFALL_SHARDS is `eight`",
        );
    }

    #[test]
    fn other_schedulers_count_from_zero() {
        let kubernetes = [("JOB_COMPLETION_INDEX", "2"), ("SHORTFALL_SHARDS", "8")];
        assert_eq!(auto(&kubernetes), Ok((3, 8)));
        complains(
            auto(&kubernetes[..1]),
            "Kubernetes does not say how many tasks there are: set SHORTFALL_SHARDS",
        );
        let beyond = [("JOB_COMPLETION_INDEX", "8"), ("SHORTFALL_SHARDS", "8")];
        complains(auto(&beyond), "JOB_COMPLETION_INDEX is 8, which is not");
        let batch = |index| {
            auto(&[
                ("AWS_BATCH_JOB_ARRAY_INDEX", index),
                ("AWS_BATCH_JOB_ARRAY_SIZE", "8"),
            ])
        };
        assert_eq!(batch("7"), Ok((8, 8)));
        complains(batch("4294967295"), "not among 8 tasks");
    }

    #[test]
    fn no_scheduler_and_two_are_too_few_and_too_many() {
        complains(auto(&[]), "none of SLURM_ARRAY_TASK_ID");
        complains(auto(&[("SLURM_ARRAY_TASK_ID", "")]), "none of");
        let two = [("SLURM_ARRAY_TASK_ID", "1"), ("JOB_COMPLETION_INDEX", "1")];
        complains(auto(&two), "several schedulers");
    }
}
