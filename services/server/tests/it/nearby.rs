//! What is near, against a reading of all postings one by one.

use jobmatch_domain::{Area, CivilInstant, Datum, Division, Point, Travel};
use jobmatch_proto::v1;
use tonic::Code;

use crate::server::{Server, import, seq};
use crate::slots::{gig, soon, take};

/// A generator of numbers, always the same ones (Knuth's MMIX constants).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// Around the border of three districts of Jinan, on a grid, so that many lie equally far.
    fn point(&mut self) -> Point {
        let (north, east) = (self.below(40) as f64, self.below(40) as f64);
        Point::new(36.60 + north * 0.003, 116.95 + east * 0.004, Datum::Wgs84).unwrap()
    }
}

/// On the wire in one of the datums.
fn wire(point: Point, datum: v1::Datum) -> v1::Point {
    let of = match datum {
        v1::Datum::Gcj02 => Datum::Gcj02,
        v1::Datum::Bd09 => Datum::Bd09,
        v1::Datum::Cgcs2000 => Datum::Cgcs2000,
        v1::Datum::Wgs84 | v1::Datum::Unspecified => Datum::Wgs84,
    };
    let (latitude, longitude) = point.in_datum(of);
    v1::Point { latitude, longitude, datum: datum as i32 }
}

/// The last one is a town, where ways take another time.
const DIVISIONS: [&str; 6] = ["370102001", "370102", "370103", "370104", "", "370114101"];

fn posting(number: u64, n: &mut Numbers) -> v1::JobPosting {
    let begins = [-30, 30, 45, 60, 600, 1500];
    let windowed = n.below(3) > 0;
    let base = if windowed {
        gig(&format!("G{number:03}"), n.pick(&begins), 1 + n.below(4) as u32)
    } else {
        v1::JobPosting {
            id: format!("G{number:03}"), title: "装卸工".into(), ..Default::default()
        }
    };
    let settlement = n.below(5) as i32;
    let point = n.point();
    let datum = n.pick(&[v1::Datum::Wgs84, v1::Datum::Gcj02, v1::Datum::Bd09]);
    let pay = v1::Pay {
        min_yuan: Some(10.0 * (1 + n.below(30)) as f64),
        unit: n.pick(&[1, 2, 3, 5]),
        ..Default::default()
    };
    v1::JobPosting {
        title: n.pick(&["装卸工", "保洁员", "服务员", "会计"]).into(),
        pay: (n.below(5) > 0).then_some(pay),
        place: Some(v1::Place {
            division: n.pick(&DIVISIONS).into(),
            point: (n.below(12) > 0).then(|| wire(point, datum)),
        }),
        status: if n.below(10) == 0 { v1::PostingStatus::Paused as i32 } else { 1 },
        gig: (settlement > 0).then(|| v1::GigTerms {
            settlement,
            employer_checked: n.below(2) == 0,
            ..Default::default()
        }),
        ..base
    }
}

fn area(n: &mut Numbers) -> v1::NearbyArea {
    let datum = n.pick(&[v1::Datum::Wgs84, v1::Datum::Gcj02, v1::Datum::Bd09]);
    let origin = match n.below(4) {
        0 => v1::nearby_area::Origin::Division("370102".into()),
        _ => v1::nearby_area::Origin::Point(wire(n.point(), datum)),
    };
    let limit = match n.below(3) {
        0 => v1::nearby_area::Limit::MaxMetres(n.pick(&[333.0, 1500.0, 6000.0])),
        _ => v1::nearby_area::Limit::MaxMinutes(n.pick(&[5, 15, 40])),
    };
    let filter = v1::Filter {
        kinds: if n.below(3) == 0 { vec![v1::EmploymentKind::Gig as i32] } else { Vec::new() },
        divisions: if n.below(3) == 0 { vec!["370102".into()] } else { Vec::new() },
        occupations: if n.below(4) == 0 { vec!["保洁".into()] } else { Vec::new() },
        ..Default::default()
    };
    v1::NearbyArea {
        origin: Some(origin),
        limit: Some(limit),
        travel: n.pick(&[0, 1, 2, 3, 4, 5]),
        filter: Some(filter),
        starts_until: if n.below(4) == 0 { soon(300).to_string() } else { String::new() },
        settlements: if n.below(4) == 0 { vec![1, 3] } else { Vec::new() },
        checked_employers_only: n.below(5) == 0,
        ..Default::default()
    }
}

fn point_of(wire: &v1::Point) -> Point {
    let datum = match wire.datum {
        3 => Datum::Gcj02,
        4 => Datum::Bd09,
        _ => Datum::Wgs84,
    };
    Point::new(wire.latitude, wire.longitude, datum).unwrap()
}

/// Reads one posting: its key and id when it belongs into the answer.
fn read(
    p: &v1::JobPosting,
    area: &v1::NearbyArea,
    order: v1::NearbyOrder,
) -> Option<(f64, String)> {
    let from = match area.origin.as_ref().unwrap() {
        v1::nearby_area::Origin::Point(point) => point_of(point),
        v1::nearby_area::Origin::Division(code) => {
            Division::parse(code).unwrap().own_centre().unwrap()
        }
        v1::nearby_area::Origin::StationId(_) => unreachable!(),
    };
    let place = p.place.as_ref().unwrap();
    let division = Division::parse(&place.division).ok();
    let to = place.point.as_ref().map(point_of).or_else(|| division.and_then(|d| d.centre()))?;
    let travels =
        [Travel::Ebike, Travel::Walk, Travel::Bike, Travel::Ebike, Travel::Bus, Travel::Car];
    let metres = from.distance_metres(&to);
    let minutes = travels[area.travel as usize].minutes_in(Area::of(division), metres);
    let near = match area.limit.as_ref().unwrap() {
        v1::nearby_area::Limit::MaxMinutes(most) => minutes <= f64::from(*most),
        v1::nearby_area::Limit::MaxMetres(most) => metres <= *most,
    };
    let begins = p.window.as_ref().map(|w| CivilInstant::parse(&w.start).unwrap());
    let until = CivilInstant::parse(&area.starts_until).ok();
    let in_time = match begins {
        Some(begins) => begins > soon(0) && until.is_none_or(|until| begins < until),
        None => until.is_none(),
    };
    let gig = p.gig.clone().unwrap_or_default();
    let filter = area.filter.as_ref().unwrap();
    let wanted = (filter.kinds.is_empty() || p.kind == v1::EmploymentKind::Gig as i32)
        && (filter.divisions.is_empty() || place.division.starts_with("370102"))
        && (filter.occupations.is_empty() || p.title == "保洁员")
        && (area.settlements.is_empty() || area.settlements.contains(&gig.settlement))
        && (!area.checked_employers_only || gig.employer_checked);
    let key = match order {
        v1::NearbyOrder::Pay => -by_the_hour(p).unwrap_or(f64::NEG_INFINITY),
        v1::NearbyOrder::Start => begins.map_or(f64::INFINITY, |b| b.instant().0 as f64),
        v1::NearbyOrder::Unspecified | v1::NearbyOrder::Minutes | v1::NearbyOrder::Score => minutes,
    };
    (near && in_time && wanted && p.status == 1).then(|| (key, p.id.clone()))
}

fn by_the_hour(p: &v1::JobPosting) -> Option<f64> {
    let pay = p.pay.as_ref()?;
    let hours = match pay.unit {
        1 => 1.0,
        // The gigs of this test last two hours.
        2 => {
            if p.window.is_some() {
                2.0
            } else {
                8.0
            }
        }
        3 => 21.75 * 8.0,
        _ => return None,
    };
    Some(pay.min_yuan? / hours)
}

/// All pages of an answer.
async fn pages(
    server: &Server,
    mut request: v1::NearbyPostingsRequest,
) -> (Vec<v1::NearbyPosting>, v1::NearbyPostingsResponse) {
    let (mut all, mut first) = (Vec::new(), None);
    loop {
        let page = server.nearby().nearby_postings(request.clone()).await.unwrap().into_inner();
        request.page_token = page.next_page_token.clone();
        all.extend(page.postings.clone());
        let first = first.get_or_insert(page).clone();
        if request.page_token.is_empty() {
            return (all, first);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_what_a_reading_of_all_postings_finds() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut n = Numbers(7);
    let postings: Vec<v1::JobPosting> = (0..300).map(|i| posting(i, &mut n)).collect();
    let results = import(&server, postings.clone()).await;
    let min_seq = results.iter().map(seq).max().unwrap();
    let mut found_some = 0;
    for round in 0..120u64 {
        let area = area(&mut n);
        let order =
            n.pick(&[v1::NearbyOrder::Minutes, v1::NearbyOrder::Pay, v1::NearbyOrder::Start]);
        let mut expected: Vec<_> = postings.iter().filter_map(|p| read(p, &area, order)).collect();
        expected.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        let request = v1::NearbyPostingsRequest {
            area: Some(area.clone()),
            order: order as i32,
            page_size: n.pick(&[1, 7, 200]),
            widen_below: Some(0),
            min_seq,
            ..Default::default()
        };
        let (found, first) = pages(&server, request).await;
        let ids: Vec<_> = found.iter().map(|f| f.posting.as_ref().unwrap().id.clone()).collect();
        let wanted: Vec<_> = expected.iter().map(|(_, id)| id.clone()).collect();
        assert_eq!(ids, wanted, "round {round}: {order:?} {area:?}");
        assert_eq!(first.total as usize, wanted.len());
        let counted: u32 = first.trades.iter().map(|t| t.count).sum();
        assert_eq!(counted, first.total);
        if matches!(area.limit, Some(v1::nearby_area::Limit::MaxMinutes(_))) {
            let in_rings: u32 = first.rings.iter().map(|r| r.count).sum();
            assert_eq!(in_rings, first.total);
            let within = |ring: u32| found.iter().filter(|f| f.minutes <= f64::from(ring)).count();
            let first_ring = &first.rings[0];
            assert_eq!(first_ring.count as usize, within(first_ring.minutes));
        }
        found_some += usize::from(!found.is_empty());
    }
    assert!(found_some > 60, "{found_some} of 120 rounds found anything");
}

fn around(point: Point, minutes: u32) -> v1::NearbyArea {
    v1::NearbyArea {
        origin: Some(v1::nearby_area::Origin::Point(wire(point, v1::Datum::Wgs84))),
        limit: Some(v1::nearby_area::Limit::MaxMinutes(minutes)),
        ..Default::default()
    }
}

fn at(point: Point, posting: v1::JobPosting) -> v1::JobPosting {
    let place = v1::Place { point: Some(wire(point, v1::Datum::Wgs84)), ..Default::default() };
    v1::JobPosting { place: Some(place), ..posting }
}

fn here() -> Point {
    Point::new(36.65, 117.0, Datum::Wgs84).unwrap()
}

fn north(metres: f64) -> Point {
    Point::new(36.65 + metres / 111_195.0, 117.0, Datum::Wgs84).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_gig_is_gone_at_once_and_back_when_a_place_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let postings = (0..9).map(|i| at(here(), gig(&format!("G{i}"), 60, 1))).collect();
    let min_seq = import(&server, postings).await.iter().map(seq).max().unwrap();
    let request =
        v1::NearbyPostingsRequest { area: Some(around(here(), 15)), min_seq, ..Default::default() };
    let shown = || async {
        let answer = server.nearby().nearby_postings(request.clone()).await.unwrap().into_inner();
        answer.postings.len()
    };
    assert_eq!(shown().await, 9);
    for i in 0..9 {
        take(&server, &format!("G{i}"), &format!("P{i}"), None).await.unwrap();
        assert_eq!(shown().await, 8 - i, "without waiting for the index");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_repeat_nothing_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let far = |i: u64| north(20.0 * i as f64);
    let postings = (0..60).map(|i| at(far(i), gig(&format!("G{i:02}"), 60, 5))).collect();
    let min_seq = import(&server, postings).await.iter().map(seq).max().unwrap();
    let mut request = v1::NearbyPostingsRequest {
        area: Some(around(here(), 15)),
        page_size: 10,
        min_seq,
        ..Default::default()
    };
    let mut ids = Vec::new();
    for page in 0..6u64 {
        let answer = server.nearby().nearby_postings(request.clone()).await.unwrap().into_inner();
        ids.extend(answer.postings.into_iter().map(|p| p.posting.unwrap().id));
        request.page_token = answer.next_page_token;
        // One before what was shown, one behind it, and one that goes away.
        let more = vec![
            at(here(), gig(&format!("A{page}"), 60, 5)),
            at(far(100), gig(&format!("Z{page}"), 60, 5)),
        ];
        import(&server, more).await;
        let delete = v1::DeletePostingRequest {
            id: "G59".into(),
            allow_missing: true,
            ..Default::default()
        };
        server.postings().delete_posting(delete).await.unwrap();
    }
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
    let lasting = (0..59).map(|i| format!("G{i:02}"));
    for id in lasting {
        assert!(ids.contains(&id), "{id} was there all the time");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_little_widens_the_limit_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    // By e-bike 15 minutes are 3.7 km, and 30 minutes 7.4 km.
    let postings = vec![
        at(north(500.0), gig("near", 60, 5)),
        at(north(6_000.0), gig("far-1", 60, 5)),
        at(north(6_500.0), gig("far-2", 60, 5)),
    ];
    let min_seq = import(&server, postings).await.iter().map(seq).max().unwrap();
    let mut request =
        v1::NearbyPostingsRequest { area: Some(around(here(), 10)), min_seq, ..Default::default() };
    let ask = |request: v1::NearbyPostingsRequest| {
        let mut client = server.nearby();
        async move { client.nearby_postings(request).await.map(tonic::Response::into_inner) }
    };
    let answer = ask(request.clone()).await.unwrap();
    assert_eq!((answer.total, answer.widened, answer.used_limit), (3, true, 30.0));
    assert_eq!(answer.note, "附近只有1个岗位，已放宽到30分钟");
    request.widen_below = Some(0);
    let answer = ask(request.clone()).await.unwrap();
    assert_eq!((answer.total, answer.widened, answer.used_limit), (1, false, 10.0));
    request.order = v1::NearbyOrder::Score as i32;
    assert_eq!(ask(request).await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_taps_rank_what_is_near_and_words_may_be_typed_by_sound() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let titled = |id: &str, title: &str, metres: f64| {
        at(north(metres), v1::JobPosting { title: title.into(), ..gig(id, 60, 5) })
    };
    let licensed = v1::JobPosting {
        certificates: vec!["电工证".into()],
        ..titled("licensed", "电工", 100.0)
    };
    let postings = vec![
        titled("guard", "保安", 900.0),
        titled("cook", "厨师", 100.0),
        titled("cleaner", "保洁员", 200.0),
        licensed,
    ];
    let min_seq = import(&server, postings).await.iter().map(seq).max().unwrap();
    let ask = |person, order: v1::NearbyOrder| {
        let mut client = server.nearby();
        let request = v1::NearbyPostingsRequest {
            area: Some(around(here(), 15)),
            order: order as i32,
            person: Some(person),
            min_seq,
            ..Default::default()
        };
        async move { client.nearby_postings(request).await.unwrap().into_inner() }
    };
    use v1::nearby_postings_request::Person;
    let typed = Person::Text(v1::TextQuery { text: "baoan".into(), ..Default::default() });
    let answer = ask(typed, v1::NearbyOrder::Score).await;
    assert_eq!(answer.read_as, "保安");
    assert_eq!(answer.postings[0].posting.as_ref().unwrap().id, "guard");
    let scores: Vec<f64> = answer.postings.iter().map(|p| p.score.unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    let taps = Person::Profile(v1::Profile {
        wanted: vec!["保洁".into()],
        certificates: vec!["健康证".into()],
        ..Default::default()
    });
    let answer = ask(taps, v1::NearbyOrder::Minutes).await;
    let ids: Vec<_> =
        answer.postings.iter().map(|p| p.posting.as_ref().unwrap().id.as_str()).collect();
    // Nearest first; the trade that needs a licence is not for them.
    assert_eq!(ids, ["cook", "cleaner", "guard"]);
    assert!(answer.postings.iter().all(|p| p.score.is_some() && !p.factors.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_areas_are_refused_at_the_field() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    type Spoil = fn(&mut v1::NearbyArea);
    let spoils: [(Spoil, &str); 9] = [
        (|a| a.origin = None, "area.origin"),
        (|a| a.limit = Some(v1::nearby_area::Limit::MaxMinutes(0)), "area.max_minutes"),
        (|a| a.limit = Some(v1::nearby_area::Limit::MaxMinutes(241)), "area.max_minutes"),
        (|a| a.limit = Some(v1::nearby_area::Limit::MaxMetres(f64::NAN)), "area.max_metres"),
        (|a| a.travel = 9, "area.travel"),
        (|a| a.starts_from = "morgen".into(), "area.starts_from"),
        (|a| a.settlements = vec![0], "area.settlements[0]"),
        (
            |a| {
                let centre = Some(v1::Point::default());
                a.filter =
                    Some(v1::Filter { centre, radius_metres: Some(5.0), ..Default::default() });
            },
            "area.filter.radius_metres",
        ),
        (
            |a| (a.starts_from, a.starts_until) = (soon(5).to_string(), soon(5).to_string()),
            "area.starts_until",
        ),
    ];
    for (spoil, field) in spoils {
        let mut area = around(here(), 15);
        spoil(&mut area);
        let request = v1::NearbyPostingsRequest { area: Some(area), ..Default::default() };
        let status = server.nearby().nearby_postings(request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{field}");
        assert!(status.message().starts_with(field), "{field}: {}", status.message());
    }
}
