//! No text makes a reader of this crate panic, and every span lies on characters: words of
//! adverts glued at random, single characters without end, long numbers, marks that turn the
//! direction of writing, characters beyond the basic plane.

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::Date;
use jobmatch_text::audit::{Advert, audit_posting, parse_and_audit};
use jobmatch_text::parse::{parse_posting, parse_profile};
use jobmatch_text::{Analyzer, AnalyzerOptions, Lexicon, neutralize, normalize, redact};
use proptest::collection::vec;
use proptest::prelude::*;

/// Pieces of adverts, of what people say of themselves, of contacts and of wordings that offend.
const WORDS: &str = "招|聘|要|限|不要|女的|男|女工|优先|勿扰|[0-9]{1,3}|名|岁|以下|18到35|九五后|外地|本村|户口|少数民族|信教|乙肝|残疾|身高|1米7|形象好|押金|先交|服装费|月入过万|躺赚|刷单|日结|底薪|四千五|5-8K|一天|每单|小时|早8点|晚|明天|下周三|12月2号|两班倒|月休四天|双休|管吃住|五险|保洁|电焊工|C1|驾照|健康证|历下|解放路|腰不好|想找|干过|三年|初中|[，。、；：！？,.;:!?/~+—（）()【】 \\n-]";
/// Characters that readers trip over.
const ODD: &str = "\\PC|[\u{200B}-\u{200F}\u{202A}-\u{202E}\u{2060}\u{FEFF}\u{FE0F}\u{20E3}\u{E0041}\u{0301}]|[\u{20000}-\u{20100}𠮷㐀]|[①⒈㈠㎡㏑½Ⅻİßﬃｱ１Ａ]|[\u{0}\u{7F}\u{85}\u{2028}\u{3000}\t\r]|👩‍👩‍👧|🇨🇳";
/// One piece, said over and over.
const AGAIN: &str = "9|1|零|百|万|一|-|至|,|，|\\.|:|/| |\\n|男|女|岁|元|月|招|不|的|年|\u{200B}|\u{202E}|𠀀|é|①|18-|1个|男的|押金1|18岁|周一|8点|1米|身高1|月入1万|a|@|1@a|139";

static ANALYZER: LazyLock<Analyzer> =
    LazyLock::new(|| Analyzer::new(&AnalyzerOptions::default()).expect("the built-in lexicon"));

/// Reads the text in every way there is.
fn read(text: &str) -> Result<(), TestCaseError> {
    let today = Date::parse("2026-11-23").expect("a date");
    let lexicon = Lexicon::built_in();
    let posting = parse_posting(text, today, lexicon);
    let audit = audit_posting(text, &posting, lexicon);
    let (both, audited) = parse_and_audit(text, today, lexicon);
    prop_assert_eq!(&posting, &both);
    prop_assert_eq!(&audit, &audited);
    prop_assert_eq!(Advert::read(text, today, lexicon).is_suspect(), audit.suspect);
    let profile = parse_profile(text, today, lexicon);
    let mut spans: Vec<Range<usize>> = audit.findings.into_iter().map(|f| f.span).collect();
    spans.extend(posting.title.map(|f| f.span));
    spans.extend(posting.employer.map(|f| f.span));
    spans.extend(posting.headcount.map(|f| f.span));
    spans.extend(posting.pay.map(|f| f.span));
    spans.extend(posting.age.map(|f| f.span));
    spans.extend(posting.division.map(|f| f.span));
    spans.extend(posting.shifts.into_iter().map(|f| f.span));
    spans.extend(profile.wanted.into_iter().map(|f| f.span));
    spans.extend(profile.pay_floor.map(|f| f.span));
    for span in spans {
        prop_assert!(text.get(span.clone()).is_some_and(|t| !t.is_empty()), "{span:?} of {text:?}");
    }
    let normalized = normalize(text);
    neutralize(&normalized);
    neutralize(text);
    ANALYZER.analyze(text);
    ANALYZER.read_query(text);
    let redacted = redact(text).text;
    prop_assert_eq!(&redact(&redacted).text, &redacted);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn words_and_odd_characters_at_random(pieces in vec(prop_oneof![5 => WORDS, 1 => ODD], 0..80)) {
        read(&pieces.concat())?;
    }

    #[test]
    fn any_characters(text in "\\PC{0,200}|(?s).{0,100}") {
        read(&text)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Up to ten kilobytes of one piece between two others.
    #[test]
    fn one_piece_without_end(
        ahead in WORDS,
        again in AGAIN,
        bytes in 1_usize..10_000,
        behind in WORDS,
    ) {
        let times = bytes.div_ceil(again.len());
        read(&format!("{ahead}{}{behind}", again.repeat(times)))?;
    }
}
