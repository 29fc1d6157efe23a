//! Stations: durable, in no feed, left out when damaged.

use std::fs;
use std::path::Path;

use jobmatch_domain::station::{ClosedDates, Phone, ServiceItem, StationKind};
use jobmatch_domain::{Collection, Date, Division, Point, Seq, Station, WeeklyShift};
use jobmatch_store::{Decision, Outcome, Receipt, Store, StoreError, WriteError};
use redb::{Database, ReadableDatabase, TableDefinition};
use tempfile::tempdir;

use crate::sample::{NOW, id, open, plain, put, text};

const TABLE: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("stations");

fn station(name: &str) -> Station {
    let dates = ["2027-01-01", "2027-02-17"].map(|d| Date::parse(d).unwrap());
    Station {
        id: id(name),
        name: text("某某零工市场"),
        kind: StationKind::GigMarket,
        point: Point::new(36.66, 117.02, jobmatch_domain::Datum::Wgs84).unwrap(),
        division: Some(Division::parse("370102001").unwrap()),
        address: text("某某路1号"),
        phone: Phone::parse("0531-00000001").unwrap(),
        opening_hours: vec![WeeklyShift::parse("12345", "22:00", "06:00").unwrap()],
        closed_dates: ClosedDates::new(dates.to_vec()).unwrap(),
        services: ServiceItem::ALL.into_iter().collect(),
    }
}

async fn put_station(store: &Store, station: Station) -> Receipt<Station> {
    let id = station.id.clone();
    store.write_station(id, |_| Ok::<_, ()>(Decision::Put(station))).await.unwrap()
}

fn ids(store: &Store) -> Vec<String> {
    store.stations().unwrap().iter().map(|s| s.record.id.to_string()).collect()
}

fn rewrite(dir: &Path, key: &[u8], change: impl FnOnce(&mut Vec<u8>)) {
    let database = Database::open(dir.join("store.redb")).unwrap();
    let txn = database.begin_read().unwrap();
    let mut value = txn.open_table(TABLE).unwrap().get(key).unwrap().unwrap().value().to_vec();
    drop(txn);
    change(&mut value);
    let txn = database.begin_write().unwrap();
    txn.open_table(TABLE).unwrap().insert(key, &value[..]).unwrap();
    txn.commit().unwrap();
}

#[tokio::test]
async fn stations_survive_with_everything_and_are_in_no_feed() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, plain("p", "洗碗工")).await;
    let made = put_station(&store, station("b")).await;
    assert_eq!((made.seq, made.outcome), (Seq(2), Outcome::Created));
    put_station(&store, station("a")).await;
    let same = put_station(&store, station("b")).await;
    assert_eq!((same.seq, same.outcome), (Seq(2), Outcome::Unchanged));
    let bare = Station {
        division: None,
        opening_hours: Vec::new(),
        closed_dates: ClosedDates::default(),
        services: [].into(),
        phone: Phone::default(),
        ..station("b")
    };
    let changed = put_station(&store, bare.clone()).await;
    assert_eq!((changed.seq, changed.outcome), (Seq(4), Outcome::Updated));
    drop(store);

    let store = open(dir.path());
    assert_eq!(store.seq(), Seq(4));
    let all = store.stations().unwrap();
    assert_eq!(all.iter().map(|s| s.seq.0).collect::<Vec<_>>(), [3, 4]);
    assert_eq!((&all[0].record, &all[1].record), (&station("a"), &bare));
    assert_eq!(all[0].updated, NOW);
    for collection in Collection::ALL {
        let feed = store.changes(collection, Seq(0), 9).unwrap();
        assert!(feed.iter().all(|c| c.id == id("p")), "{collection:?}");
    }
    let gone = store.write_station(id("a"), |_| Ok::<_, ()>(Decision::Delete)).await.unwrap();
    assert_eq!((gone.seq, gone.outcome, gone.stored), (Seq(5), Outcome::Deleted, None));
    assert_eq!(ids(&store), ["b"]);
}

#[tokio::test]
async fn what_a_decision_refuses_changes_nothing() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put_station(&store, station("a")).await;
    let refused = store.write_station(id("a"), |current| {
        assert_eq!(current.map(|c| c.seq), Some(Seq(1)));
        Err::<Decision<Station>, _>("no")
    });
    assert!(matches!(refused.await, Err(WriteError::Refused("no"))));
    let wrong = store.write_station(id("b"), |_| Ok::<_, ()>(Decision::Put(station("c"))));
    assert!(matches!(wrong.await, Err(WriteError::Store(StoreError::WrongId { .. }))));
    let panics = store.write_station(id("a"), |_| -> Result<Decision<Station>, ()> { panic!() });
    assert!(matches!(panics.await, Err(WriteError::Store(StoreError::Panicked { .. }))));
    let none = store.write_station(id("b"), |_| Ok::<_, ()>(Decision::Delete)).await.unwrap();
    assert_eq!((none.seq, none.outcome), (Seq(1), Outcome::Unchanged));
    assert_eq!((store.seq(), ids(&store)), (Seq(1), vec!["a".to_owned()]));
}

#[tokio::test]
async fn a_damaged_station_is_never_served_and_can_be_sent_again() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put_station(&store, station("a")).await;
    put_station(&store, station("b")).await;
    drop(store);
    let mut length = 0;
    rewrite(dir.path(), b"a", |row| length = row.len());
    for at in [0, 5, 20, length / 2, length - 1] {
        rewrite(dir.path(), b"a", |row| row[at] ^= 0x10);
        assert_eq!(ids(&open(dir.path())), ["b"], "byte {at}");
        rewrite(dir.path(), b"a", |row| row[at] ^= 0x10);
    }
    let mut other = Vec::new();
    rewrite(dir.path(), b"b", |row| other = row.clone());
    rewrite(dir.path(), b"a", |row| *row = other);
    let store = open(dir.path());
    assert_eq!(ids(&store), ["b"], "a row under another id");
    assert_eq!(put_station(&store, station("a")).await.outcome, Outcome::Created);
    assert_eq!(ids(&store), ["a", "b"]);
    drop(store);
    rewrite(dir.path(), b"a", |row| row.truncate(12));
    let store = open(dir.path());
    let gone = store.write_station(id("a"), |_| Ok::<_, ()>(Decision::Delete)).await.unwrap();
    assert_eq!(gone.outcome, Outcome::Deleted);
    let again = store.write_station(id("a"), |_| Ok::<_, ()>(Decision::Delete)).await.unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);
}

#[tokio::test]
async fn a_store_from_before_there_were_stations_opens_and_takes_them() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/format-1.redb");
    let dir = tempdir().unwrap();
    fs::copy(golden, dir.path().join("store.redb")).unwrap();
    let store = open(dir.path());
    assert_eq!(store.stations().unwrap(), []);
    assert_eq!(put_station(&store, station("a")).await.seq, Seq(6));
    assert_eq!(ids(&store), ["a"]);
}
