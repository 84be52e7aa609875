//! `[policies.NAME.project]`.

use super::super::check::{item, place};
use super::super::kinds::{Amount, Duration, Price, Rate, Share};
use super::super::measure::Measure;
use super::super::model::{Instrument, Num, Policy, PolicyId, Project, Site, SiteId};
use super::super::problem::Problem;
use super::super::table::{Reader, table};
use super::super::values::{Day, OneOrMany, Word};
use super::{Declared, Setting, Timing};
use crate::random::Law;
use crate::units::Date;

table! {
    /// Builds capacity.
    struct Listed {
        ..timing: Timing,
        /// The site where it builds.
        site: Word,
        /// Capacity that it adds; that of a planned site unless given.
        adds: Option<Amount<Rate>>,
        /// Probability that it is funded once it is decided on.
        funded: Amount<Share> = "1",
        /// First day on which it may be decided on; that on which it takes effect unless given.
        decision: Option<Day>,
        /// Time to build.
        build: Amount<Duration>,
        /// Time by which it slips.
        delay: Amount<Duration> = "0 days",
        /// Time from completion to full output, in monthly steps.
        ramp: Amount<Duration> = "0 days",
        /// Projects that must be complete before it is built.
        after: Option<OneOrMany<Word>>,
        /// Regimes of which one must last when it is decided on; none unless given.
        needs: Option<OneOrMany<Word>>,
        /// Price of the site's first good below which it is not decided on; none unless given.
        breakeven: Option<Amount<Price>>,
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let days = Measure::duration();
        let funded = reader.num(&self.funded, &Measure::share());
        let build = reader.law(&self.build, &days);
        let delay = reader.law(&self.delay, &days);
        let ramp = reader.num(&self.ramp, &days);
        let after = self.after.as_ref();
        let after = after.map_or(Some(Vec::new()), |words| reader.each(words, Reader::policy));
        let needs = self.needs.as_ref();
        let needs = needs.map_or(Some(Vec::new()), |words| reader.each(words, Reader::regime));
        let decision = self.decided(setting, reader);
        let id = reader.site(&self.site)?;
        if !setting.complete {
            return None; // which site it is cannot be told
        }
        let site = &setting.sites[id.0];
        let adds = self.adds(site, reader);
        let breakeven = self.breakeven(site, reader);
        Some(Instrument::Project(Project {
            site: SiteId(id.0),
            adds: adds?,
            funded: funded?,
            decision,
            build: build?,
            delay: delay?,
            ramp: ramp?,
            after: after?,
            needs: needs?,
            breakeven: breakeven?,
        }))
    }
}

impl Listed {
    /// The day of decision, within the time in force.
    fn decided(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Date {
        let (timing, period) = (&self.timing, setting.period);
        let effective = timing.effective.map_or(period.start, |day| day.date);
        let Some(day) = self.decision else {
            return effective;
        };
        period.check_before_end(day, reader);
        let early = timing.effective.filter(|from| day.date < from.date);
        if let Some(from) = early {
            reader.report(
                Problem::new(
                    day.span,
                    "this is decided on before the policy takes effect",
                )
                .also(from.span, "it takes effect here"),
            );
        }
        if let Some(ends) = timing.ends.filter(|ends| day.date >= ends.date) {
            reader.report(
                Problem::new(day.span, "this is decided on after the policy has ended")
                    .also(ends.span, "it ends here"),
            );
        }
        day.date
    }

    fn adds(&self, site: &Site, reader: &mut Reader<'_>) -> Option<Num> {
        let Some(amount) = &self.adds else {
            if !site.planned {
                let said = format!("`{}` is there already: say how much is added", site.name);
                let help = "give `adds`, or say `planned = true` at the site";
                reader.report(Problem::new(self.site.span, said).help(help));
            }
            return Some(site.capacity.clone());
        };
        let coefficients = site.outputs.iter().chain(&site.inputs);
        let mut counted = coefficients.filter(|(_, num)| num.law == Law::Constant(1.0));
        let (id, _) = counted.next()?;
        let good = reader.good(*id)?;
        reader.num(amount, &Measure::rate(&good).positive())
    }

    fn breakeven(&self, site: &Site, reader: &mut Reader<'_>) -> Option<Option<Num>> {
        let (first, _) = site.outputs.first()?;
        let good = reader.good(*first)?;
        reader.num_if(self.breakeven.as_ref(), &Measure::price(&good))
    }
}

/// What a project comes after must be projects, and it may not wait for
/// itself.
pub(super) fn check_order(policies: &[Policy], reader: &mut Reader<'_>) {
    for (index, policy) in policies.iter().enumerate() {
        let path = format!("policies.{}.project.after", policy.name);
        let before = before(policies, index);
        let mut others = before.iter().map(|id| &policies[id.0]);
        if let Some(other) = others.position(|other| awaited(other).is_none()) {
            let said = format!("`{}` is no project", policies[before[other].0].name);
            let span = item(reader, &path, other);
            reader.report_at(span, |span| Problem::new(span, said));
        } else if reaches(policies, before, PolicyId(index)) {
            let said = format!("`{}` waits for itself", policy.name);
            let help = "projects cannot come after each other";
            reader.report_at(place(reader, &path), |span| {
                Problem::new(span, said).help(help)
            });
            return;
        }
    }
}

/// Projects that a project comes after; `None` of another policy.
fn awaited(policy: &Policy) -> Option<&[PolicyId]> {
    match &policy.instrument {
        Instrument::Project(project) => Some(&project.after),
        _ => None,
    }
}

fn before(policies: &[Policy], index: usize) -> &[PolicyId] {
    awaited(&policies[index]).unwrap_or_default()
}

/// Whether a project is among others or what these come after.
fn reaches(policies: &[Policy], from: &[PolicyId], to: PolicyId) -> bool {
    let mut seen = vec![false; policies.len()];
    let mut open = from.to_vec();
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut seen[id.0], true) {
            open.extend(before(policies, id.0));
        }
    }
    seen[to.0]
}
