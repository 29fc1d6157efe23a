//! Remote embedders against a real server on a real socket.

use std::time::{Duration, Instant};

use jobmatch_embed::{
    ApiKey, EmbedError, EmbedInput, Embedder, Health, Nature, Protocol, RemoteEmbedder,
    RemoteOptions, validate_vector,
};
use proptest::prelude::*;

use crate::endpoint::{Endpoint, Reply, vector_of};

const DIMENSIONS: usize = 8;

fn options(endpoint: &Endpoint, protocol: Protocol) -> RemoteOptions {
    let url = match protocol {
        Protocol::OpenAi => endpoint.openai(),
        Protocol::Tei => endpoint.tei(),
    };
    RemoteOptions {
        batch: 3,
        backoff: Duration::from_millis(1),
        // Long enough for a busy machine; what is late is later than this.
        timeout: Duration::from_secs(2),
        query_timeout: Duration::from_secs(2),
        failures: 100,
        open_for: Duration::from_millis(200),
        ..RemoteOptions::new(protocol, &url, "BAAI/bge-small-zh-v1.5", DIMENSIONS)
    }
}

fn embedder(endpoint: &Endpoint, protocol: Protocol) -> RemoteEmbedder {
    RemoteEmbedder::new(options(endpoint, protocol)).unwrap()
}

fn input(raw: &str) -> EmbedInput<'_> {
    EmbedInput { title_words: &[], title_grams: &[], body_words: &[], body_grams: &[], raw }
}

type Vectors = Result<Vec<Option<Vec<f32>>>, EmbedError>;

fn embed(embedder: &dyn Embedder, texts: &[&str]) -> Vectors {
    embedder.embed(&texts.iter().map(|t| input(t)).collect::<Vec<_>>())
}

fn expected(text: &str) -> Option<Vec<f32>> {
    Some(validate_vector(&vector_of(text, DIMENSIONS), DIMENSIONS).unwrap())
}

fn reason(outcome: Vectors) -> String {
    let Err(EmbedError::Unavailable { reason }) = outcome else { panic!("{outcome:?}") };
    reason
}

#[test]
fn both_protocols_give_each_text_its_own_vector_in_batches() {
    for protocol in [Protocol::OpenAi, Protocol::Tei] {
        let endpoint = Endpoint::start(DIMENSIONS);
        let embedder = embedder(&endpoint, protocol);
        let texts = ["保安", " ", "保洁", "", "月嫂", "厨师", "叉车工", "电焊工", "保安"];
        let vectors = embed(&embedder, &texts).unwrap();
        for (text, vector) in texts.iter().zip(&vectors) {
            let wanted = if text.trim().is_empty() { None } else { expected(text) };
            assert_eq!(*vector, wanted, "{text:?}");
        }
        // Seven texts in threes; what is blank was not sent.
        let sent: Vec<usize> = endpoint.texts().iter().map(Vec::len).collect();
        assert_eq!(sent, [3, 3, 1]);
        assert_eq!(endpoint.texts().concat().concat(), texts.concat().replace(' ', ""));
        assert_eq!((embedder.health(), embedder.nature()), (Health::Good, Nature::Remote));
    }
}

#[test]
fn requests_are_what_the_protocols_ask_for() {
    let endpoint = Endpoint::start(DIMENSIONS);
    let mut with_key = options(&endpoint, Protocol::OpenAi);
    with_key.api_key = Some(ApiKey::new("sk-secret\n"));
    with_key.max_characters = 4;
    with_key.query_prefix = "检索：".into();
    assert!(!format!("{with_key:?}").contains("secret"));
    let remote = RemoteEmbedder::new(with_key).unwrap();
    assert_eq!(remote.space().as_str(), "openai-baai-bge-small-zh-v1.5-8");
    embed(&remote, &["一二三四五六"]).unwrap();
    let question = remote.embed_query(&input("想找保安")).unwrap();
    assert_eq!(question, expected("检索：想找保安"));
    embed(&embedder(&endpoint, Protocol::Tei), &["一"]).unwrap();
    let body = |i: usize| serde_json::from_str::<serde_json::Value>(&endpoint.bodies()[i]).unwrap();
    let model = "BAAI/bge-small-zh-v1.5";
    let openai =
        serde_json::json!({"model": model, "input": ["一二三四"], "encoding_format": "float"});
    assert_eq!(body(0), openai);
    assert_eq!(body(1)["input"], serde_json::json!(["检索：想找保安"]));
    assert_eq!(body(2), serde_json::json!({"inputs": ["一"], "truncate": true, "normalize": true}));
    let key = Some("Bearer sk-secret".to_owned());
    assert_eq!(endpoint.keys(), [key.clone(), key, None]);
}

#[test]
fn what_may_pass_is_tried_again_and_what_stays_is_not() {
    let endpoint = Endpoint::start(DIMENSIONS);
    let remote = embedder(&endpoint, Protocol::OpenAi);
    let attempts = |replies: &[Reply], good: bool| {
        let before = endpoint.bodies().len();
        endpoint.next(replies.iter().cloned());
        let outcome = embed(&remote, &["保安"]);
        assert_eq!(outcome.is_ok(), good, "{replies:?}: {outcome:?}");
        if good {
            assert_eq!(outcome.unwrap(), [expected("保安")]);
        }
        endpoint.bodies().len() - before
    };
    let busy = Reply::Status(429, "retry-after: 0\r\n");
    let late = Reply::Late(Duration::from_secs(3));
    assert_eq!(attempts(&[Reply::Status(500, "")], true), 2);
    assert_eq!(attempts(&[Reply::Status(503, ""), Reply::Close], true), 3);
    assert_eq!(attempts(&[busy.clone(), busy.clone()], true), 3);
    assert_eq!(attempts(&[late], true), 2);
    assert_eq!(attempts(&[busy.clone(), busy.clone(), busy], false), 3);
    for status in [400, 401, 404, 301] {
        assert_eq!(
            attempts(&[Reply::Status(status, "location: /embed\r\n")], false),
            1,
            "{status}"
        );
    }
}

#[test]
fn answers_that_cannot_be_right_are_refused() {
    let endpoint = Endpoint::start(DIMENSIONS);
    let row = |index: usize, length: usize| serde_json::json!({"index": index, "embedding": vec![0.5; length]});
    let data = |rows: &[serde_json::Value]| serde_json::json!({ "data": rows }).to_string();
    let cases = [
        ("<html>", "not what openai sends"),
        ("{\"data\": [", "not what openai sends"),
        ("[[1.0]]", "not what openai sends"),
        ("{\"data\":[{\"index\":0,\"embedding\":[null]}]}", "not what openai sends"),
        (&data(&[row(0, 8)]), "1 rows for 2 texts"),
        (&data(&[row(0, 8), row(0, 8)]), "index twice"),
        (&data(&[row(1, 8), row(2, 8)]), "index twice or one too many"),
        (&data(&[row(0, 8), row(1, 7)]), "has 7 elements, the space 8"),
        (&data(&[row(0, 8), row(1, 8), row(2, 8)]), "3 rows for 2 texts"),
        (&" ".repeat(1 << 20), "larger than"),
    ];
    let remote = embedder(&endpoint, Protocol::OpenAi);
    for (body, told) in cases {
        endpoint.next([Reply::Body(body.to_owned())]);
        let reason = reason(embed(&remote, &["甲", "乙"]));
        assert!(reason.contains(told), "{told}: {reason}");
    }
    // A vector without a direction is none, and no fault.
    endpoint.next([Reply::Body(data(&[
        row(1, 8),
        serde_json::json!({"index": 0, "embedding": vec![0.0; 8]}),
    ]))]);
    let vectors = embed(&remote, &["甲", "乙"]).unwrap();
    assert!(vectors[0].is_none() && vectors[1].is_some());
}

#[test]
fn one_refused_text_does_not_keep_the_others_from_their_vectors() {
    let endpoint = Endpoint::start(DIMENSIONS);
    let remote =
        RemoteEmbedder::new(RemoteOptions { batch: 16, ..options(&endpoint, Protocol::Tei) })
            .unwrap();
    endpoint.otherwise(Reply::RefuseTextsWith("毒"));
    let texts = ["甲", "乙", "毒", "丙", "丁", "戊", "己"];
    let vectors = embed(&remote, &texts).unwrap();
    for (text, vector) in texts.iter().zip(&vectors) {
        assert_eq!(*vector, if *text == "毒" { None } else { expected(text) });
    }
    let alone = embed(&remote, &["毒", "毒药"]);
    assert!(matches!(alone, Err(EmbedError::Refused { .. })), "{alone:?}");
    assert_eq!(remote.health(), Health::Good);
}

#[test]
fn the_circuit_opens_spares_everybody_the_wait_and_recovers() {
    let endpoint = Endpoint::start(DIMENSIONS);
    let remote = RemoteEmbedder::new(RemoteOptions {
        failures: 3,
        query_timeout: Duration::from_secs(1),
        open_for: Duration::from_secs(2),
        ..options(&endpoint, Protocol::Tei)
    })
    .unwrap();
    endpoint.otherwise(Reply::Late(Duration::from_secs(20)));
    let question = || remote.embed_query(&input("保安"));
    for _ in 0..3 {
        assert!(matches!(question(), Err(EmbedError::Unavailable { .. })));
    }
    let (asked, since) = (endpoint.bodies().len(), Instant::now());
    let reason = reason(embed(&remote, &["保安"]));
    assert!(reason.contains("not asked again yet"), "{reason}");
    assert!(since.elapsed() < Duration::from_millis(900), "a question waits a second");
    assert_eq!(endpoint.bodies().len(), asked, "no request while the circuit is open");
    assert!(matches!(remote.health(), Health::Suspended(_)));
    endpoint.otherwise(Reply::Good);
    std::thread::sleep(Duration::from_millis(2_100));
    assert_eq!(question(), Ok(expected("保安")));
    assert_eq!(remote.health(), Health::Good);
}

#[test]
fn a_question_is_asked_once_and_briefly() {
    let endpoint = Endpoint::start(DIMENSIONS);
    let mut brief = options(&endpoint, Protocol::OpenAi);
    (brief.query_timeout, brief.timeout) = (Duration::from_millis(500), Duration::from_secs(20));
    let remote = RemoteEmbedder::new(brief).unwrap();
    endpoint.next([Reply::Late(Duration::from_millis(4_000))]);
    let since = Instant::now();
    assert!(remote.embed_query(&input("保安")).is_err());
    assert!(since.elapsed() < Duration::from_millis(3_900), "{:?}", since.elapsed());
    // An answer that comes too late is nobody else's.
    std::thread::sleep(Duration::from_millis(4_000));
    assert_eq!(endpoint.bodies().len(), 1);
    assert_eq!(remote.embed_query(&input("月嫂")), Ok(expected("月嫂")));
}

#[test]
fn an_endpoint_that_is_not_there_is_told_as_such() {
    let vacant = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{vacant}/embed");
    let options = RemoteOptions { retries: 0, ..RemoteOptions::new(Protocol::Tei, &url, "m", 8) };
    let reason = reason(embed(&RemoteEmbedder::new(options).unwrap(), &["保安"]));
    assert!(reason.contains("connection"), "{reason}");
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let good = RemoteOptions::new(Protocol::Tei, "http://h/embed", "m", 8);
    let long = |tail: &str| RemoteOptions { model: "模型/".repeat(30) + tail, ..good.clone() };
    let space = |o: RemoteOptions| RemoteEmbedder::new(o).unwrap().space().to_string();
    assert_ne!(space(long("a")), space(long("b")));
    for (bad, told) in [
        (RemoteOptions { url: "h/embed".into(), ..good.clone() }, "url"),
        (RemoteOptions { model: " ".into(), ..good.clone() }, "model"),
        (RemoteOptions { dimensions: 0, ..good.clone() }, "dimensions"),
        (RemoteOptions { batch: 0, ..good.clone() }, "batch"),
        (RemoteOptions { api_key: Some(ApiKey::new("密")), ..good.clone() }, "API key"),
    ] {
        let error = RemoteEmbedder::new(bad).err().unwrap().to_string();
        assert!(error.contains(told), "{error}");
    }
}

/// Replies after which a request may still come to a good end.
fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        4 => Just(Reply::Good),
        1 => Just(Reply::Status(500, "")),
        1 => Just(Reply::Status(429, "retry-after: 0\r\n")),
        1 => Just(Reply::Status(413, "")),
        1 => Just(Reply::Close),
        1 => Just(Reply::Body("{}".into())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn no_text_ever_has_the_vector_of_another(
        texts in proptest::collection::vec("[a-c保洁月嫂 ]{0,3}", 0..12),
        replies in proptest::collection::vec(reply(), 0..12),
        openai: bool,
    ) {
        let endpoint = Endpoint::start(DIMENSIONS);
        endpoint.next(replies);
        let protocol = if openai { Protocol::OpenAi } else { Protocol::Tei };
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        if let Ok(vectors) = embed(&embedder(&endpoint, protocol), &texts) {
            prop_assert_eq!(vectors.len(), texts.len());
            for (text, vector) in texts.iter().zip(&vectors) {
                // None where it was refused or is blank; else its own.
                prop_assert!(vector.is_none() || *vector == expected(text.trim()), "{}", text);
            }
        }
    }
}
