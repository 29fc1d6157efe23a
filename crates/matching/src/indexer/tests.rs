//! Indexing on a disk that fails.

use jobmatch_domain::text::Text;
use jobmatch_domain::{DocumentId, JobPosting};
use jobmatch_index::Engine;
use jobmatch_store::Decision;

use crate::clock::system_clock;
use crate::service::{Service, ServiceOptions};

fn id(name: &str) -> DocumentId {
    DocumentId::parse(name).unwrap()
}

async fn put(service: &Service, name: &str) {
    let posting = JobPosting::blank(id(name), Text::parse("洗碗工").unwrap());
    let decide = move |_: Option<&_>| Ok::<_, ()>(Decision::Put(posting));
    service.store().write::<JobPosting, _>(id(name), None, decide).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_commit_that_failed_the_index_is_built_anew_while_the_rest_serves() {
    let folder = tempfile::tempdir().unwrap();
    let options = ServiceOptions::new(folder.path().into(), system_clock());
    let service = Service::open(options).await.unwrap();
    put(&service, "a").await;
    service.ready().await.unwrap();
    let keeper = service.postings_keeper();
    let failing = keeper.engine().unwrap();
    // No commit of this engine finds its folder any more.
    let generation = folder.path().join("index/postings/g1");
    std::fs::rename(generation.join("words"), generation.join("lost")).unwrap();
    put(&service, "b").await;
    let upto = service.store().seq();
    while keeper.searchable() < upto {
        let listed = keeper.engine().unwrap().list(&[]).await.unwrap();
        assert!(listed == [id("a")] || listed == [id("a"), id("b")], "{listed:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(failing.list(&[]).await.unwrap(), [id("a")], "it took nothing more");
    assert_eq!(keeper.engine().unwrap().list(&[]).await.unwrap(), [id("a"), id("b")]);
    assert!(!generation.exists(), "another generation serves");
    // And goes on.
    put(&service, "c").await;
    service.ready().await.unwrap();
    assert_eq!(keeper.engine().unwrap().stats().live, 3);
    service.shut_down().await;
}
