//! Requests for lists.

use jobmatch_domain::posting::PostingStatus;
use jobmatch_domain::{DocumentId, Invalid};
use jobmatch_proto::{list, page_token, v1};

fn of_postings() -> v1::ListPostingsRequest {
    v1::ListPostingsRequest { source: "feed".into(), division: "3701".into(), ..Default::default() }
}

#[test]
fn a_list_is_read_with_its_defaults() {
    let mut wire = of_postings();
    wire.statuses = vec![v1::PostingStatus::Paused as i32, v1::PostingStatus::Closed as i32];
    let (read, _) = list::postings(wire).unwrap();
    assert_eq!(read.page_size, 100);
    assert_eq!(read.after, None);
    assert_eq!(read.source, "feed");
    assert_eq!(read.division.unwrap().to_string(), "370100000000");
    assert_eq!(read.statuses, [PostingStatus::Paused, PostingStatus::Closed]);
    let (all, _) = list::profiles(v1::ListProfilesRequest::default()).unwrap();
    assert!(all.source.is_empty() && all.division.is_none() && all.statuses.is_empty());
}

#[test]
fn pages_may_differ_in_size_and_in_nothing_else() {
    let (_, digest) = list::postings(of_postings()).unwrap();
    let last = DocumentId::parse("A001").unwrap();
    let mut next = of_postings();
    next.page_token = page_token::list(&last, digest);
    next.page_size = 1000;
    let (read, again) = list::postings(next.clone()).unwrap();
    assert_eq!((read.after, read.page_size, again), (Some(last), 1000, digest));

    let mut other = next.clone();
    other.source = "other".into();
    let people = v1::ListProfilesRequest {
        page_size: next.page_size,
        page_token: next.page_token,
        source: next.source,
        division: next.division,
    };
    for refused in [list::postings(other).unwrap_err(), list::profiles(people).unwrap_err()] {
        assert_eq!(refused.path, "page_token");
        assert!(matches!(refused.invalid, Invalid::Combination(_)));
    }
}

#[test]
fn bad_lists_name_their_field() {
    let refused = |spoil: fn(&mut v1::ListPostingsRequest)| {
        let mut wire = of_postings();
        spoil(&mut wire);
        list::postings(wire).unwrap_err().path
    };
    assert_eq!(refused(|r| r.page_size = 1001), "page_size");
    assert_eq!(refused(|r| r.page_token = "zz".into()), "page_token");
    assert_eq!(refused(|r| r.source = "a feed".into()), "source");
    assert_eq!(refused(|r| r.division = "990000".into()), "division");
    assert_eq!(refused(|r| r.statuses = vec![1, 9]), "statuses[1]");
    assert_eq!(refused(|r| r.statuses = vec![0]), "statuses[0]");
}
