//! Files of an operator that are text: tables of routes, ranking profiles, master keys.
#![no_main]

use jobmatch_domain::travel::KnownRoutes;
use jobmatch_fuzz::chosen;
use jobmatch_rank::RankingProfile;
use jobmatch_store::MasterKey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = chosen(data) else { return };
    let text = String::from_utf8_lossy(bytes);
    match choice {
        0 => routes(&text),
        1 => ranking(&text),
        _ => drop(MasterKey::parse(&text)),
    }
});

fn routes(text: &str) {
    match KnownRoutes::parse(text) {
        Ok(table) => assert!(table.len() < text.lines().count().max(1)),
        Err(error) => assert!((1..=text.lines().count().max(1)).contains(&error.line)),
    }
}

/// What is accepted is written as it is read, and keeps the order of means.
fn ranking(text: &str) {
    let Ok(profile) = RankingProfile::parse(text) else { return };
    let again = RankingProfile::parse(&profile.to_toml());
    assert_eq!(again.as_ref(), Ok(&profile));
    let scores: Vec<f64> = (0..=50).map(|n| profile.calibrate(f64::from(n) / 50.0)).collect();
    assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)), "{scores:?}");
    assert!(scores.is_sorted(), "{scores:?}");
}
