//! Divisions of Shandong that a text names, in full or as people shorten them.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::Division;
use jobmatch_domain::division::Level;

use super::draft::Found;
use super::phrases::{Phrases, after, before};
use super::source::Source;

static AMBIGUOUS: &str = include_str!("../../data/places/ambiguous.txt");
static OTHER_NAMES: &str = include_str!("../../data/places/names.tsv");

/// A name and the divisions that bear it.
struct Name {
    divisions: Vec<Division>,
    /// An everyday word as well.
    common: bool,
    /// Written with 街道, 镇, 区, 县 or 市.
    full: bool,
}

struct Gazetteer {
    phrases: Phrases<usize>,
    names: Vec<Name>,
}

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(Gazetteer::build);

/// Endings that people leave out.
const ENDINGS: [&str; 8] = ["街道办事处", "街道", "新村街道", "镇", "乡", "区", "县", "市"];
/// What makes a short name the beginning of another one.
const GOES_ON: [&str; 20] = [
    "心", "大街", "大道", "高架", "立交", "隧道", "口岸", "菜馆", "大锅", "风味", "特产", "烧烤",
    "人勿", "人不", "话", "口音", "山东", "集团", "煎饼", "拉面",
];

impl Gazetteer {
    fn build() -> Self {
        let common: HashSet<&str> =
            AMBIGUOUS.lines().filter(|l| !l.starts_with('#')).map(str::trim).collect();
        let mut bearers: BTreeMap<String, (Vec<Division>, bool)> = BTreeMap::new();
        let mut bear = |name: &str, division: Division, full: bool| {
            let (divisions, is_full) = bearers.entry(name.to_owned()).or_default();
            if !divisions.contains(&division) {
                divisions.push(division);
            }
            *is_full |= full;
        };
        // Known, so that no street is seen inside 山西河南.
        for province in Division::all().filter(|d| d.level() == Level::Province) {
            let name = province.name().unwrap_or_default();
            let length = if name.starts_with('内') || name.starts_with('黑') { 3 } else { 2 };
            bear(&name.chars().take(length).collect::<String>(), province, true);
        }
        for division in Division::all().filter(|d| d.short().starts_with("37")) {
            let Some(name) = division.name().filter(|_| division.level() != Level::Province) else {
                continue;
            };
            bear(name, division, true);
            for short in ENDINGS.iter().filter_map(|ending| name.strip_suffix(ending)) {
                // One character and a half-name such as 城 tell nothing.
                if short.chars().count() >= 2 && !short.ends_with("新村")
                    || short.ends_with("新村") && short.chars().count() >= 4
                {
                    bear(short, division, false);
                }
            }
        }
        for line in OTHER_NAMES.lines().filter(|l| !l.starts_with('#')) {
            if let Some((name, code)) = line.split_once('\t')
                && let Ok(division) = Division::parse(code.trim())
            {
                bear(name, division, true);
            }
        }
        let names = bearers.iter().map(|(name, (divisions, full))| Name {
            divisions: divisions.clone(),
            common: common.contains(name.as_str()),
            full: *full,
        });
        let names: Vec<Name> = names.collect();
        let phrases = Phrases::of(bearers.into_keys().enumerate().map(|(i, name)| (name, i)));
        Self { phrases, names }
    }
}

/// A name of a division that stands in a text.
pub(super) struct Hit {
    name: &'static Name,
    at: Range<usize>,
}

/// Where each name of a division stands, for those who must not take it for another word.
pub(super) fn spans(hits: &[Hit]) -> Vec<Range<usize>> {
    hits.iter().filter(|h| !h.name.common || h.name.full).map(|h| h.at.clone()).collect()
}

/// Every name of a division, in order.
pub(super) fn hits(text: &str) -> Vec<Hit> {
    let gazetteer = &*GAZETTEER;
    gazetteer
        .phrases
        .find_in(text)
        .filter_map(|(i, at)| {
            let name = gazetteer.names.get(i)?;
            let behind = after(text, at.end, 3);
            let goes_on = GOES_ON.iter().any(|g| behind.starts_with(g));
            (!goes_on || name.full && !behind.starts_with("人")).then_some(Hit { name, at })
        })
        .collect()
}

/// The division that the text names: a street before a district before a city; of
/// several the one that most speaks for.
pub(super) fn division(plain: &Source, hits: &[Hit]) -> Option<Found<Division>> {
    let text = plain.text();
    let known = |level: Level| {
        let hits = hits.iter().filter(move |h| {
            h.name.divisions.iter().any(|d| d.level() == level) && (!h.name.common || h.name.full)
        });
        hits.collect::<Vec<_>>()
    };
    let (cities, districts) = (known(Level::City), known(Level::District));
    let around: Vec<Division> = districts
        .iter()
        .chain(&cities)
        .flat_map(|h| of_levels(h.name, &[Level::District, Level::City]))
        .collect();
    let mut best: Option<(u8, Division, &Hit)> = None;
    for hit in hits {
        for division in of_levels(hit.name, &[Level::Street]) {
            let inside = around
                .iter()
                .any(|a| a.contains(division) && names_apart(a, hit, &districts, &cities));
            // 菏泽单县南城街道: the district speaks louder than its city.
            let in_district = inside
                && districts.iter().any(|d| {
                    d.at != hit.at && d.name.divisions.iter().any(|d| d.contains(division))
                });
            let unique = hit.name.divisions.len() == 1;
            let foreign = !around.is_empty() && !around.iter().any(|a| a.contains(division));
            let vague = hit.name.common && !hit.name.full && !is_placed(text, &hit.at);
            let score = match (inside, unique, vague) {
                // 平度东阁中学（店子镇）: the name with its ending is the place.
                (true, _, _) if in_district => 5 + u8::from(hit.name.full),
                (true, _, _) => 4,
                (false, true, false) if hit.name.full && !foreign => 3,
                // A long name that only one bears may lie beside a district that is passed.
                (false, true, false) if !foreign || text[hit.at.clone()].chars().count() >= 3 => 2,
                _ => 0,
            };
            // A district of the same name is the likelier meaning where no ending is told.
            let shared =
                !hit.name.full && hit.name.divisions.iter().any(|d| d.level() == Level::District);
            let is_district = hit.name.divisions.iter().any(|d| d.level() != Level::Street);
            if score > 0
                && !shared
                && !is_district
                && best.as_ref().is_none_or(|(s, _, _)| score > *s)
            {
                best = Some((score, division, hit));
            }
        }
    }
    if let Some((score, division, hit)) = best {
        let confidence = [0.0, 0.0, 0.7, 0.85, 0.95, 0.95, 0.95][usize::from(score)];
        return Some(Found::new(division, plain.span(&hit.at), confidence));
    }
    let in_city =
        |d: &Division| cities.iter().any(|c| c.name.divisions.iter().any(|c| c.contains(*d)));
    // 东营 is a city and one of its districts; beside another district it is the city.
    let apart = |h: &&&Hit| of_levels(h.name, &[Level::City]).is_empty();
    for hit in districts.iter().filter(apart).chain(districts.iter().filter(|h| !apart(h))) {
        let candidates = of_levels(hit.name, &[Level::District]);
        let chosen = candidates.iter().find(|d| in_city(d)).or(candidates.first());
        if let Some(division) = chosen {
            let sure = candidates.len() == 1 || in_city(division);
            return Some(Found::new(*division, plain.span(&hit.at), if sure { 0.9 } else { 0.5 }));
        }
    }
    let city = cities.first()?;
    let division = of_levels(city.name, &[Level::City]).into_iter().next()?;
    Some(Found::new(division, plain.span(&city.at), 0.8))
}

fn of_levels(name: &Name, levels: &[Level]) -> Vec<Division> {
    name.divisions.iter().copied().filter(|d| levels.contains(&d.level())).collect()
}

/// The surrounding division is named by other words than the street itself.
fn names_apart(around: &Division, hit: &Hit, districts: &[&Hit], cities: &[&Hit]) -> bool {
    districts
        .iter()
        .chain(cities)
        .any(|other| other.at != hit.at && other.name.divisions.contains(around))
}

/// Words around a name that make it a place.
fn is_placed(text: &str, at: &Range<usize>) -> bool {
    let (ahead, behind) = (before(text, at.start, 3), after(text, at.end, 3));
    ["在", "位于", "地址", "地点:", "到", "住"].iter().any(|w| ahead.ends_with(w))
        || ["附近", "那边", "这边", "路口", "周边", "一带"].iter().any(|w| behind.starts_with(w))
}

/// Whether the text names any place at all, be it only a road or a landmark.
pub(crate) fn names_a_place(plain: &Source) -> bool {
    static PLACE: LazyLock<regex::Regex> = LazyLock::new(|| {
        super::phrases::regex(
            r"附近|对过|斜对|对面|路口|大街|路[0-9]+号|[\p{Han}]{2}(?:路|街|广场|小区|花园|新村|家园|工业园|园区|产业园|大厦|万达|批发市场|市场|车站|站东|站西|商圈|村|镇|苑|景区)(?:[^\p{Han}]|$|南|北|东|西|上|里|口|旁|店|边|附|门|那|这|交|与|[0-9一二三四五])|地址[::]|地点[::]|位于|那头|那边|旁边|隔壁|东邻|西邻|南邻|北邻|里头|东头|西头",
        )
    });
    PLACE.is_match(plain.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let plain = Source::read(text);
        division(&plain, &hits(plain.text())).map(|f| f.value.short())
    }

    #[test]
    fn streets_and_districts_by_full_and_short_names() {
        for (text, code) in [
            ("历下解放路附近", Some("370102001")),
            ("长清归德", Some("370113005")),
            ("胶州三里河", Some("370281004")),
            ("李沧万达附近酒店", Some("370213")),
            ("郯城马头镇", Some("371322101")),
            ("甸柳一区", Some("370102009")),
            ("菏泽单县博爱医院（南城街道）", Some("371722002")),
            ("平阴县榆山书屋，地点：锦水街道", Some("370124002")),
            ("高新舜华路站", Some("370176001")),
            ("枣庄市中区", Some("370402")),
            ("山西河南人勿扰", None),
            ("北园大街那头", None),
            ("企业文化好，平安福利", None),
        ] {
            assert_eq!(read(text).as_deref(), code, "{text}");
        }
    }

    #[test]
    fn the_city_tells_streets_of_one_name_apart() {
        assert_eq!(read("济宁兖州新兖镇").map(|c| c[..6].to_owned()).as_deref(), Some("370812"));
        let one = read("章丘龙山街道");
        assert!(one.is_some_and(|c| c.starts_with("370114")));
    }
}
