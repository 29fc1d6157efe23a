//! Seeds of what is text: adverts, what persons say, files of rows, files of an operator.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use jobmatch_fuzz::RowsInput;
use prost::Message;

use super::{Corpus, Sample, lines, text_of};

const LEXICON: &str = "name\tcode\tgroup\taliases\tskills\ttools\tcertificates\tphysical\tneighbours\n\
    洗碗工\t\t后厨\t刷碗的|洗碗阿姨\t洗碗\t洗碗机\t健康证\tstanding|wet\t保洁员:0.7\n\
    # a comment\n\
    切配工\t\t后厨\t配菜\t切配\t\t\t\t\n\
    保洁员\t4-09-08-01\t保洁\t打扫卫生\t\t\t\t\t洗碗工:0.2|切配工:0.9\n";
const ROUTES: &str = "from_latitude,from_longitude,to_latitude,to_longitude,travel,minutes\n\
    36.65,117.02,36.66,117.03,EBIKE,12.5\n# a comment\n36.65,117.02,36.66,117.03,BUS,25\n";
const MAPPING: &str = "source = \"feed\"\noptional = [\"published\"]\n[columns]\nid = \"no\"\n\
    title = \"name\"\ndescription = [\"a\", \"b\"]\npay_text = \"salary\"\neducation = \"edu\"\n\
    published = \"date\"\n[values.education]\n\"大专\" = \"COLLEGE\"\n";
const CSV: &str = "id,title,headcount,skills,pay,lat,lon\n\
    A1,洗碗工,2,洗碗|消毒,\"{\"\"min\"\": 2400, \"\"unit\"\": \"\"MONTH\"\"}\",36.6,117.0\n\
    A2,\"保\n安\",,,,,\n";
const MAPPED: &str = "no,name,a,b,salary,edu,date\n7,洗碗工,x,y,4-6K,大专,昨天\n";

pub(super) fn add(corpus: &Corpus, sample: &Sample) {
    let adverts = lines("adverts.jsonl").into_iter().filter_map(|line| text_of(&line, "text"));
    let said = sample.profiles.iter().map(|profile| profile.resume.to_string());
    let asked = lines("queries.jsonl").into_iter().filter_map(|line| text_of(&line, "query"));
    let texts: Vec<String> = adverts.chain(said).collect();
    for (number, text) in texts.iter().enumerate() {
        for target in ["adverts", "analysis"] {
            corpus.add(target, &format!("seed-{number}"), text.as_bytes());
        }
    }
    for (number, query) in asked.enumerate() {
        corpus.add("analysis", &format!("query-{number}"), query.as_bytes());
    }
    let contact = "加微信 abc_123，电话１３８００００００００，mail@example.com，繁體ｃ＋＋";
    corpus.add("analysis", "contact", contact.as_bytes());
    corpus.add("lexicon", "small", LEXICON.as_bytes());
    corpus.add_chosen("settings", "routes", (0, ROUTES.as_bytes()));
    let ranking = include_str!("../../../crates/rank/profiles/default.toml");
    corpus.add_chosen("settings", "ranking", (1, ranking.as_bytes()));
    corpus.add_chosen("settings", "master-key", (2, "5a".repeat(32).as_bytes()));
    rows(corpus);
}

fn rows(corpus: &Corpus) {
    let file = |form, file: &[u8], mapping: &str| {
        RowsInput { form, file: file.to_vec(), mapping: mapping.into() }.encode_to_vec()
    };
    for name in ["postings.jsonl", "profiles.jsonl", "stations.jsonl", "gigs.jsonl"] {
        let some = lines(name)[..3].join("\n");
        corpus.add("rows", name, &file(0, some.as_bytes(), ""));
        corpus.add("rows", &format!("{name}.gz"), &file(1, &gzipped(some.as_bytes()), ""));
    }
    corpus.add("rows", "csv", &file(2, CSV.as_bytes(), ""));
    corpus.add("rows", "csv.gz", &file(3, &gzipped(CSV.as_bytes()), ""));
    corpus.add("rows", "mapped", &file(2, MAPPED.as_bytes(), MAPPING));
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}
