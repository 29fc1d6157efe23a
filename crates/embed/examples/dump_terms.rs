//! Writes the terms of texts as numbers, for experiments: `dump_terms OUT.bin OUT.txt DATA_DIR EVAL_DIR`.
#![allow(clippy::unwrap_used, missing_docs, reason = "an experiment")]

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};

use flate2::read::GzDecoder;
use jobmatch_text::{Analyzer, AnalyzerOptions, neutralize};

struct Out {
    analyzer: Analyzer,
    ids: HashMap<(u8, String), u32>,
    names: BufWriter<File>,
    bin: BufWriter<File>,
}
impl Out {
    fn put(&mut self, tag: u8, extra: u32, title: &str, body: &str) {
        let t = self.analyzer.analyze(&neutralize(title));
        let b = self.analyzer.analyze(&neutralize(body));
        self.bin.write_all(&[tag]).unwrap();
        self.bin.write_all(&extra.to_le_bytes()).unwrap();
        for (kind, list) in [(1u8, &t.words), (2, &t.grams), (1, &b.words), (2, &b.grams)] {
            self.bin.write_all(&(list.len() as u32).to_le_bytes()).unwrap();
            for term in list {
                let next = self.ids.len() as u32;
                let id = *self.ids.entry((kind, term.clone())).or_insert_with(|| {
                    writeln!(self.names, "{kind}\t{term}").unwrap();
                    next
                });
                self.bin.write_all(&id.to_le_bytes()).unwrap();
            }
        }
    }
}
fn lines(path: &str) -> impl Iterator<Item = String> {
    let file = File::open(path).unwrap();
    let reader: Box<dyn Read> = if path.ends_with(".gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    BufReader::new(reader).lines().map(|l| l.unwrap())
}
fn join(v: &serde_json::Value) -> String {
    v.as_array().map_or(String::new(), |a| a.iter().filter_map(|x| x.as_str()).collect::<Vec<_>>().join("，"))
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (data, eval) = (&args[3], &args[4]);
    let mut out = Out {
        analyzer: Analyzer::new(&AnalyzerOptions::default()).unwrap(),
        ids: HashMap::new(),
        names: BufWriter::new(File::create(&args[2]).unwrap()),
        bin: BufWriter::new(File::create(&args[1]).unwrap()),
    };
    for line in lines(&format!("{data}/postings_real.jsonl.gz")) {
        let v: serde_json::Value = serde_json::from_str(&line).unwrap();
        out.put(0, 0, v["title"].as_str().unwrap_or(""), v["desc"].as_str().unwrap_or(""));
    }
    for line in lines(&format!("{data}/occupations_1999.jsonl.gz")) {
        let v: serde_json::Value = serde_json::from_str(&line).unwrap();
        let title = format!("{}，{}", v["name"].as_str().unwrap_or(""), join(&v["worktypes"]));
        let body = format!("{}\n{}", v["definition"].as_str().unwrap_or(""), v["duties"].as_str().unwrap_or(""));
        out.put(1, 0, &title, &body);
    }
    for line in lines(&format!("{data}/job_names_portals.txt")) {
        out.put(2, 0, &line, "");
    }
    let entries = out.analyzer.lexicon().entries().to_vec();
    for (i, e) in entries.iter().enumerate() {
        out.put(3, i as u32, &e.name, "");
        for a in &e.aliases { out.put(4, i as u32, a, ""); }
        for s in &e.skills { out.put(5, i as u32, s, ""); }
    }
    for line in lines(&format!("{eval}/postings.jsonl")) {
        let v: serde_json::Value = serde_json::from_str(&line).unwrap();
        let body = format!("{}\n{}", join(&v["skills"]), v["description"].as_str().unwrap_or(""));
        out.put(6, 0, v["title"].as_str().unwrap_or(""), &body);
    }
    for line in lines(&format!("{eval}/profiles.jsonl")) {
        let v: serde_json::Value = serde_json::from_str(&line).unwrap();
        let body = format!("{}\n{}", join(&v["skills"]), v["resume"].as_str().unwrap_or(""));
        out.put(7, 0, &join(&v["wanted"]), &body);
    }
    for (tag, f) in [(8u8, "queries.tsv"), (9, "corpus_elements.tsv")] {
        for line in lines(&format!("{eval}/talentclef_zh_dev/{f}")).skip(1) {
            let mut p = line.split('\t');
            let id: u32 = p.next().unwrap().parse().unwrap();
            out.put(tag, id, p.next().unwrap(), "");
        }
    }
    for s in ["洗碗阿姨", "刷碗工", "餐具清洗", "看大门的", "保安", "开大车", "货车司机", "带孩子", "育婴员", "java开发", "软件工程师", "电焊工", "会计"] {
        out.put(10, 0, s, "");
    }
}
