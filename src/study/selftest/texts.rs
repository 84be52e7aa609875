//! Scenarios of the cases.

/// A seller, a buyer, and a pipeline between them that takes no time; nothing
/// elastic, nothing restocked, nothing kept unless the case says so. A makes and
/// B uses 100 t/d.
pub(super) fn lane(horizon: &str, commodity: &str, demand: &str, rest: &str) -> String {
    let elasticity = match commodity.contains("elasticity") {
        true => "",
        false => "elasticity = { short = 0 }",
    };
    format!(
        r#"
[scenario]
title = "a seller and a buyer"
start = 2025-01-01
horizon = "{horizon}"
short_above = 0
focus = ["gas @ B"]

[countries]
A = "Seller"
B = "Buyer"

[commodities.gas]
unit = "t"
price = "100 USD/t"
new_pairs = 0
transit = "0 days"
pipeline = true
on_change = true
restocking = 0
stock_elasticity = 0
minimum_cover = "0 days"
release = "0 days"
{elasticity}
{commodity}

[[sites]]
name = "field"
country = "A"
makes = "gas"
capacity = "100 t/d"

[[demand]]
of = "gas"
in = "B"
rate = "100 t/d"
{demand}

{rest}
"#
    )
}

/// Takes a share of what A makes away for a time.
pub(super) fn cut(at: &str, lasts: &str, loses: f64) -> String {
    format!(
        "[policies.cut.disruption]\nrole = \"shock\"\nsites = [\"field\"]\n\
         at = \"{at}\"\nlasts = {lasts}\nloses = {loses}\n"
    )
}

/// Takes it away again and again.
pub(super) fn cuts(timing: &str) -> String {
    format!("[policies.cuts.disruption]\nrole = \"shock\"\nsites = [\"field\"]\n{timing}\n")
}

/// A licence for all that A sells.
pub(super) fn licence(terms: &str) -> String {
    format!(
        "[policies.desk.export-licence]\nrole = \"shock\"\nby = \"A\"\non = [\"gas\"]\n\
         approval = 1\n{terms}\n"
    )
}

/// As many wells, each of which makes one tonne a day and stands still now and
/// then; what is lost is what the buyer lacks.
pub(super) fn wells(count: usize, timing: &str) -> String {
    let wells = (0..count).map(|k| {
        format!(
            "[[sites]]\nname = \"well-{k}\"\ncountry = \"A\"\nmakes = \"gas\"\n\
             capacity = \"1 t/d\"\n\n\
             [policies.stop-{k}.disruption]\nrole = \"shock\"\nsites = [\"well-{k}\"]\n{timing}\n\n"
        )
    });
    let wells: String = wells.collect();
    lane(
        "10 years",
        "clearing = \"60 days\"",
        "cover = \"0 days\"",
        &wells,
    )
    .replace(
        "[[sites]]\nname = \"field\"\ncountry = \"A\"\nmakes = \"gas\"\ncapacity = \"100 t/d\"\n",
        "",
    )
    .replace("rate = \"100 t/d\"", &format!("rate = \"{count} t/d\""))
}

/// Three buyers of 50, 30 and 20 t/d, and sellers as the case has them, for 70
/// days.
pub(super) fn shared(rule: &str, sellers: &str) -> String {
    let buyers = [("X", 50), ("Y", 30), ("Z", 20)].map(|(code, rate)| {
        format!("[[demand]]\nof = \"gas\"\nin = \"{code}\"\nrate = \"{rate} t/d\"\n\n")
    });
    format!(
        r#"
[scenario]
title = "sharing"
start = 2025-01-01
horizon = "70 days"
focus = ["gas @ X", "gas @ Y", "gas @ Z"]

[countries]
A = "First seller"
B = "Second seller"
X = "First buyer"
Y = "Second buyer"
Z = "Third buyer"

[commodities.gas]
unit = "t"
price = "100 USD/t"
rule = "{rule}"
transit = "0 days"
pipeline = true
on_change = true
restocking = 0
new_pairs = 0
elasticity = {{ short = 0 }}
minimum_cover = "0 days"
cover = "0 days"
balance = "as-given"

{}
{sellers}
"#,
        buyers.concat()
    )
}

/// A field, and a ban on what its country sells to one buyer, if any.
pub(super) fn seller(code: &str, capacity: u32, banned: Option<&str>) -> String {
    let ban = banned.map_or(String::new(), |to| {
        format!(
            "[policies.{code}.export-ban]\nrole = \"shock\"\nby = \"{code}\"\n\
             on = [\"gas\"]\nto = [\"{to}\"]\n\n"
        )
    });
    format!(
        "[[sites]]\nname = \"{code}-field\"\ncountry = \"{code}\"\nmakes = \"gas\"\n\
         capacity = \"{capacity} t/d\"\n\n{ban}"
    )
}

/// Fields of 30, 45 and 60 t/d in as many countries, of which one is lost at
/// once, if any; the buyer uses 125 t/d and has 45 t.
pub(super) fn pooled(lost: Option<usize>) -> String {
    let fields = [30, 45, 60].iter().enumerate().map(|(k, capacity)| {
        format!(
            "[[sites]]\nname = \"field-{k}\"\ncountry = \"A{k}\"\nmakes = \"gas\"\n\
             capacity = \"{capacity} t/d\"\n\n"
        )
    });
    let cut = lost.map_or(String::new(), |k| {
        cut("0 days", "\"9 years\"", 1.0).replace("field", &format!("field-{k}"))
    });
    let fields: String = fields.collect();
    let commodity = "cover = \"0 days\"\nbalance = \"as-given\"";
    lane(
        "30 days",
        commodity,
        "initial = \"45 t\"",
        &format!("{fields}{cut}"),
    )
    .replace(
        "A = \"Seller\"",
        "A0 = \"First\"\nA1 = \"Second\"\nA2 = \"Third\"",
    )
    .replace("release = \"0 days\"", "release = \"99 years\"")
    .replace(
        "[[sites]]\nname = \"field\"\ncountry = \"A\"\nmakes = \"gas\"\ncapacity = \"100 t/d\"\n",
        "",
    )
    .replace("rate = \"100 t/d\"", "rate = \"125 t/d\"")
}
