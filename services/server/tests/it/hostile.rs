//! Questions made to hurt: each is answered or refused by name, none fails inside, and the
//! service lives.

use std::fmt::Write as _;

use jobmatch_proto::v1;
use jobmatch_proto::v1::match_postings_request::Person;
use tonic::Code;

use crate::bad_input::field_of;
use crate::server::{Server, import, question, sample_postings, sample_profiles, seq};

async fn loaded() -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let last = import(&server, sample_postings()).await.iter().map(seq).max().unwrap();
    server.caught_up(last).await;
    (server, folder)
}

/// Texts up to the limit of 20,000 characters, and beyond it.
fn texts() -> Vec<(&'static str, String)> {
    let fill = |part: &str| part.chars().cycle().take(20_000).collect::<String>();
    let mut terms = String::new();
    for number in 0..10_000u32 {
        // Two characters each, all different: 10^4 terms.
        let first = char::from_u32(0x4E00 + number / 100 * 7).unwrap();
        let second = char::from_u32(0x6000 + number % 100 * 11).unwrap();
        write!(terms, "{first}{second}").unwrap();
    }
    vec![
        ("10^4 terms", terms),
        ("one character", fill("保")),
        ("emoji", fill("👷\u{1F3FD}\u{200D}♂️🧑\u{200D}🍳")),
        ("zero width", fill("保\u{200B}安\u{200C}\u{200D}\u{FEFF}\u{2060}")),
        ("bidi", fill("\u{202E}安保\u{202C}\u{2066}x\u{2069}\u{200F}")),
        ("Han extensions", fill("𠮷𡃁𪚥𫝀𮯠")),
        ("combining", fill("e\u{301}\u{302}\u{303}\u{304}")),
        ("digits", fill("9８〇一二三万亿1-")),
        ("blanks", fill(" \u{3000}\t\n")),
        ("too long", "a".repeat(3 << 20)),
        ("10 MB", "保".repeat(10 << 20 >> 1)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_fails_inside() {
    let (server, _folder) = loaded().await;
    let mut codes = Vec::new();
    for (name, text) in texts() {
        let query = v1::TextQuery { text: text.clone(), ..Default::default() };
        let request = v1::MatchPostingsRequest {
            person: Some(Person::Text(query)),
            options: Some(v1::MatchOptions { page_size: 200, exact: true, ..Default::default() }),
            ..question("x")
        };
        let asked = server.matches().match_postings(request).await;
        codes.push((name, "match", asked.map_or_else(|e| e.code(), |_| Code::Ok)));
        let request = v1::ParsePostingRequest { text: text.clone(), ..Default::default() };
        let parsed = server.intake().parse_posting(request).await;
        codes.push((name, "parse", parsed.map_or_else(|e| e.code(), |_| Code::Ok)));
        let request = v1::AnalyzeTextRequest { text };
        let seen = server.matches().analyze_text(request).await;
        codes.push((name, "analyze", seen.map_or_else(|e| e.code(), |_| Code::Ok)));
    }
    for (name, call, code) in &codes {
        let expected = match *name {
            "too long" | "blanks" => &[Code::InvalidArgument][..],
            "10 MB" => &[Code::ResourceExhausted],
            _ => &[Code::Ok, Code::InvalidArgument],
        };
        assert!(expected.contains(code), "{name}, {call}: {code:?}");
    }
    let good = codes.iter().filter(|(_, _, code)| *code == Code::Ok).count();
    assert!(good > 15, "the texts are refused, not read: {codes:?}");
    server.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_costliest_filters_and_pages_are_answered_or_refused() {
    let (server, _folder) = loaded().await;
    let wide = v1::Filter {
        divisions: (0..10_000).map(|n| format!("37{:04}", n % 10_000)).collect(),
        ..question("x").filter.unwrap()
    };
    let known = v1::Filter {
        divisions: ["3701", "370102", "3702", "3713"].map(str::to_owned).to_vec(),
        ..question("x").filter.unwrap()
    };
    let person = || Some(Person::Profile(sample_profiles().remove(0)));
    for (filter, page_size, expected) in [
        (wide, 200, Code::InvalidArgument),
        (known.clone(), 200, Code::Ok),
        (known.clone(), 201, Code::InvalidArgument),
        (known, u32::MAX, Code::InvalidArgument),
    ] {
        let options = v1::MatchOptions { page_size, exact: true, ..Default::default() };
        let options = Some(options);
        let request = v1::MatchPostingsRequest { person: person(), filter: Some(filter), options };
        let code = server.matches().match_postings(request).await;
        assert_eq!(code.map_or_else(|e| e.code(), |_| Code::Ok), expected, "{page_size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_are_refused_by_element_or_give_finite_scores() {
    let (server, _folder) = loaded().await;
    let stats = server.admin().get_stats(v1::GetStatsRequest {}).await.unwrap().into_inner();
    let space = stats.collections[0].space.clone();
    let dimensions = 256;
    let with = |at: usize, value: f32, rest: f32| {
        let mut values = vec![rest; dimensions];
        values[at] = value;
        values
    };
    let cases: [(Vec<f32>, Option<&str>); 8] = [
        (with(7, f32::NAN, 0.1), Some("values[7]")),
        (with(9, f32::INFINITY, 0.1), Some("values[9]")),
        (with(0, f32::NEG_INFINITY, 0.0), Some("values[0]")),
        (with(0, 0.0, 0.0), Some("values")),
        (with(0, -0.0, 0.0), Some("values")),
        (with(3, 1e-45, 0.0), None),
        (with(3, f32::MIN_POSITIVE, 1e-40), None),
        (with(3, f32::MAX, f32::MAX), None),
    ];
    for (values, refused) in cases {
        let told = format!("{:?}", &values[..4]);
        let mut profile = sample_profiles().remove(0);
        profile.embedding = Some(v1::Embedding { space: space.clone(), values });
        let person = Some(Person::Profile(profile));
        let request = v1::MatchPostingsRequest { person, ..question("x") };
        match (server.matches().match_postings(request).await, refused) {
            (Err(status), Some(field)) => {
                assert_eq!(status.code(), Code::InvalidArgument, "{told}");
                assert!(field_of(&status).ends_with(field), "{told}: {}", field_of(&status));
            }
            (Ok(page), None) => {
                let matches = page.into_inner().matches;
                assert!(!matches.is_empty() && matches.iter().all(|m| m.score.is_finite()));
            }
            // What is too small or too great to be scaled may be refused, by name.
            (Err(status), None) => {
                assert_eq!(status.code(), Code::InvalidArgument, "{told}: {status:?}");
                assert!(field_of(&status).contains("embedding"), "{told}");
            }
            (Ok(_), Some(field)) => panic!("{told} was taken; {field} is no good"),
        }
    }
}
