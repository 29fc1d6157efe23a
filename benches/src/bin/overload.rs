//! More questions than the server can answer: offers a multiple of what it answers at its peak, at
//! a fixed rate, whatever comes back, and tells what was answered, how fast, and how fast the rest
//! was turned away. The peak is measured before and after, as the speed of a shared machine
//! changes; then one caller among silent connections. The server is a process of its own, and
//! has one half of the cores for itself, as callers have machines of their own, unless they share all.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use clap::Parser;
use futures::StreamExt;
use jobmatch_benches::generator::Generator;
use jobmatch_benches::harness::{SEED, quantile, start};
use jobmatch_benches::wire::{Wire, framed};
use jobmatch_matching::system_clock;
use jobmatch_proto::v1;
use jobmatchd::limits::Limits;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tonic::Code;

/// Connections of the callers.
const CONNECTIONS: usize = 16;
/// Questions that are asked in turn.
const QUESTIONS: usize = 64;
/// Callers of whom the server turns nobody away: with the default limits a core takes on two
/// questions, and one waits.
const CALLERS_A_CORE: usize = 3;

#[derive(Debug, Parser)]
struct Arguments {
    /// Postings.
    #[arg(long, default_value_t = 50_000)]
    postings: usize,
    /// Seconds of each round.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Multiples of the peak that are offered.
    #[arg(long, value_delimiter = ',', default_values_t = [2, 5, 10])]
    times: Vec<u32>,
    /// Connections that say nothing, among which one caller asks after all that.
    #[arg(long, default_value_t = 5_000)]
    silent: usize,
    /// Callers and server share all cores.
    #[arg(long)]
    all_cores: bool,
    /// Be the server, until standard input ends.
    #[arg(long, hide = true)]
    serve: bool,
}

/// One call: how it ended and how long it took, milliseconds.
type Ended = (Option<Code>, f64);

/// The callers' side.
struct Callers {
    connections: Vec<Wire>,
    questions: Vec<Bytes>,
}

/// What a round brought, times in order.
struct Round {
    answered: Vec<f64>,
    shed: Vec<f64>,
    failed: usize,
    seconds: f64,
}

impl Round {
    fn of(calls: Vec<Ended>, seconds: f64) -> Self {
        let times = |wanted: Option<Code>| {
            let mut times: Vec<f64> =
                calls.iter().filter(|(code, _)| *code == wanted).map(|(_, ms)| *ms).collect();
            times.sort_by(f64::total_cmp);
            times
        };
        let (answered, shed) = (times(None), times(Some(Code::Unavailable)));
        let failed = calls.len() - answered.len() - shed.len();
        Self { answered, shed, failed, seconds }
    }

    /// This one and another, as one.
    fn and(&self, other: &Self) -> Self {
        let both = |a: &[f64], b: &[f64]| {
            let mut times = [a, b].concat();
            times.sort_by(f64::total_cmp);
            times
        };
        Self {
            answered: both(&self.answered, &other.answered),
            shed: both(&self.shed, &other.shed),
            failed: self.failed + other.failed,
            seconds: self.seconds + other.seconds,
        }
    }

    fn goodput(&self) -> f64 {
        self.answered.len() as f64 / self.seconds
    }
}

impl Callers {
    async fn connect(address: &str, postings: usize) -> Self {
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            connections.push(Wire::connect(address).await);
        }
        let mut generator = Generator::new(SEED + 1, system_clock()().date(), 60);
        let question = |number| {
            let person = v1::match_postings_request::Person::Profile(generator.profile(number));
            let asked = v1::MatchPostingsRequest { person: Some(person), ..Default::default() };
            framed(&asked)
        };
        Self { connections, questions: (postings..postings + QUESTIONS).map(question).collect() }
    }

    /// Asks one question on one of the connections.
    fn ask(&self, number: usize) -> impl Future<Output = Ended> + Send + 'static {
        let connection = self.connections[number % CONNECTIONS].clone();
        let question = self.questions[number % QUESTIONS].clone();
        async move {
            let asked = Instant::now();
            let code = connection.call("/jobmatch.v1.MatchService/MatchPostings", question).await;
            (code, asked.elapsed().as_secs_f64() * 1e3)
        }
    }

    /// So many callers who ask again as soon as they are answered.
    async fn closed(&self, callers: usize, time: Duration) -> Round {
        let began = Instant::now();
        let caller = |first: usize| async move {
            let mut calls = Vec::new();
            while began.elapsed() < time {
                calls.push(self.ask(first + calls.len() * callers).await);
            }
            calls
        };
        let all = futures::future::join_all((0..callers).map(caller)).await;
        let seconds = began.elapsed().as_secs_f64();
        Round::of(all.into_iter().flatten().collect(), seconds)
    }

    /// So many questions a second, whether or not the ones before were answered.
    async fn open(&self, rate: f64, time: Duration) -> Round {
        let (sender, mut ended) = mpsc::unbounded_channel();
        let began = Instant::now();
        let mut tick = tokio::time::interval(Duration::from_millis(2));
        let mut asked = 0;
        while began.elapsed() < time {
            tick.tick().await;
            let due = (began.elapsed().as_secs_f64() * rate) as usize;
            for number in asked..due {
                let (call, sender) = (self.ask(number), sender.clone());
                // The receiver outlives all calls.
                tokio::spawn(async move { sender.send(call.await) });
            }
            asked = due;
        }
        let seconds = began.elapsed().as_secs_f64();
        drop(sender);
        let mut calls = Vec::new();
        while let Some(call) = ended.recv().await {
            calls.push(call);
        }
        Round::of(calls, seconds)
    }

    /// Time until five calls in a row are answered as fast as usual.
    async fn until_normal(&self, usual: f64) -> Duration {
        let began = Instant::now();
        let mut good = 0;
        while good < 5 {
            let (code, ms) = self.ask(good).await;
            good = if code.is_none() && ms <= usual { good + 1 } else { 0 };
            assert!(began.elapsed() < Duration::from_secs(60), "it never was normal again");
        }
        began.elapsed()
    }
}

/// Turns of one caller alone and among silent connections: the machine's speed changes.
const TURNS: usize = 5;

/// Time in which the server has taken in those that the system has accepted.
const TAKEN_IN: Duration = Duration::from_millis(500);

/// What silent connections cost one caller, and how long they live.
async fn among_silent(callers: &Callers, address: &str, count: usize, time: Duration) {
    let (mut alone, mut among, mut dropped_in) = (Vec::new(), Vec::new(), Duration::ZERO);
    for _ in 0..TURNS {
        alone.extend(callers.closed(1, time).await.answered);
        let opened = Instant::now();
        let connections = (0..count).map(|_| TcpStream::connect(address));
        let mut silent: Vec<TcpStream> = futures::stream::iter(connections)
            .buffered(64)
            .map(|connected| connected.expect("a connection"))
            .collect()
            .await;
        tokio::time::sleep(TAKEN_IN).await;
        among.extend(callers.closed(1, time).await.answered);
        for connection in &mut silent {
            // What the server says before it closes does not matter.
            let _ = connection.read_to_end(&mut Vec::new()).await;
        }
        dropped_in = dropped_in.max(opened.elapsed());
    }
    println!("\n| one caller | answers | p50 ms | p99 ms |\n|---|---|---|---|");
    for (name, mut times) in [("alone".into(), alone), (format!("among {count} silent"), among)] {
        times.sort_by(f64::total_cmp);
        let [p50, p99] = [0.5, 0.99].map(|q| quantile(&times, q));
        println!("| {name} | {} | {p50:.2} | {p99:.2} |", times.len());
    }
    println!(
        "\nall silent ones dropped {:.1} s after the first was opened",
        dropped_in.as_secs_f64()
    );
}

/// Loads a server and prints its address; ends with standard input.
async fn serve(postings: usize) {
    let bench = start(postings, 60).await;
    bench.settled().await;
    println!("{}", bench.running.address);
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()))
        .await
        .expect("a thread")
        .expect("standard input");
    bench.running.stop().await.expect("a clean stop");
}

/// The server's process and its address.
fn spawn(postings: usize) -> (Child, String) {
    let mut process = Command::new(std::env::current_exe().expect("this program"))
        .args(["--serve", "--postings", &postings.to_string()])
        // Other benches turn nobody away.
        .env("JOBMATCH_LIMITS_MAX_WAITING", Limits::default().max_waiting().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a server");
    let mut line = String::new();
    let output = process.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("its address");
    (process, line.trim().to_owned())
}

/// Keeps this thread, and what it starts from now on, to these cores. Where a system does not do
/// that, callers and server share all.
fn keep_to(cores: Range<usize>) {
    #[cfg(target_os = "linux")]
    {
        let mut set = rustix::thread::CpuSet::new();
        cores.for_each(|core| set.set(core));
        rustix::thread::sched_setaffinity(None, &set).expect("cores of this machine");
    }
    #[cfg(not(target_os = "linux"))]
    drop(cores);
}

fn main() {
    let arguments = Arguments::parse();
    if arguments.serve {
        return runtime().block_on(serve(arguments.postings));
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if !arguments.all_cores {
        keep_to(0..cores.div_ceil(2));
    }
    let (server, address) = spawn(arguments.postings);
    if !arguments.all_cores {
        keep_to(cores / 2..cores);
    }
    runtime().block_on(measure(&arguments, &address));
    stop(server);
}

fn runtime() -> Runtime {
    Runtime::new().expect("threads")
}

fn stop(mut server: Child) {
    drop(server.stdin.take());
    server.wait().expect("the server's end");
}

async fn measure(arguments: &Arguments, address: &str) {
    let callers = Callers::connect(address, arguments.postings).await;
    let time = Duration::from_secs(arguments.seconds);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let room = cores * CALLERS_A_CORE;
    callers.closed(room, time / 4).await;
    let alone = quantile(&callers.closed(1, time / 2).await.answered, 0.99);
    println!(
        "{} postings; peak: {room} callers\n\n\
         | offered | answered/s | of peak | p50 ms | p99 ms | of p99 at peak | turned away/s | its p50 ms | its p99 ms | failed | normal after |\n\
         |---|---|---|---|---|---|---|---|---|---|---|",
        arguments.postings,
    );
    let mut before = callers.closed(room, time / 2).await;
    print_round("peak", &before, &before, "");
    for times in &arguments.times {
        let round = callers.open(before.goodput() * f64::from(*times), time).await;
        let normal = callers.until_normal(alone * 2.0).await;
        let after = callers.closed(room, time / 2).await;
        let normal = format!("{:.2} s", normal.as_secs_f64());
        print_round(&format!("{times}×"), &round, &before.and(&after), &normal);
        print_round("peak", &after, &after, "");
        before = after;
    }
    if arguments.silent > 0 {
        among_silent(&callers, address, arguments.silent, time / 2).await;
    }
}

/// One line of the table, beside the peak.
fn print_round(name: &str, round: &Round, peak: &Round, normal: &str) {
    let at = |times: &[f64], q| if times.is_empty() { 0.0 } else { quantile(times, q) };
    println!(
        "| {name} | {:.0} | {:.0}% | {:.1} | {:.1} | {:.2} | {:.0} | {:.2} | {:.2} | {} | {normal} |",
        round.goodput(),
        round.goodput() / peak.goodput() * 100.0,
        at(&round.answered, 0.5),
        at(&round.answered, 0.99),
        at(&round.answered, 0.99) / at(&peak.answered, 0.99),
        round.shed.len() as f64 / round.seconds,
        at(&round.shed, 0.5),
        at(&round.shed, 0.99),
        round.failed,
    );
}
