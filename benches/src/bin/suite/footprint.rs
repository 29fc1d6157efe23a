//! Rate of loading, memory, disk, start-up and building. The server is a process of its own,
//! this program started anew as `serve`, so that its memory is nobody else's.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jobmatch_benches::generator::Generator;
use jobmatch_benches::harness::{SEED, config, connect, import, kept, ready, settled};
use jobmatch_benches::process::{Memory, disk, megabytes, memory};
use jobmatch_matching::system_clock;
use jobmatch_proto::v1::match_service_client::MatchServiceClient;
use jobmatchd::run;

use crate::asking::{in_city, people};

/// How long a server that was told to stop is given.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long an import runs until the server is killed.
const IMPORTED: Duration = Duration::from_millis(700);

/// Within this a server gives back what its upkeep has let go of.
const GIVEN_BACK: Duration = Duration::from_secs(1);

/// Questions after which memory is read again.
const QUESTIONS: usize = 2_000;

/// A server in a process of its own.
pub(crate) struct Server {
    process: Child,
    /// Address of the public services.
    pub(crate) address: SocketAddr,
    /// Address of the AdminService.
    pub(crate) admin: SocketAddr,
}

impl Server {
    /// Starts one on a folder; returns when it listens.
    pub(crate) fn start(folder: &Path) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut process = Command::new(program)
            .arg("serve")
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its addresses");
        let addresses: Vec<SocketAddr> =
            line.split_whitespace().filter_map(|a| a.parse().ok()).collect();
        let [address, admin] = addresses[..] else { panic!("not two addresses: {line}") };
        Self { process, address, admin }
    }

    /// Its memory.
    pub(crate) fn memory(&self) -> Memory {
        memory(Some(self.process.id()))
    }

    /// Stops it as a signal would, and waits for its end.
    pub(crate) fn stop(mut self) {
        drop(self.process.stdin.take());
        let told = Instant::now();
        while told.elapsed() < PATIENCE {
            if self.process.try_wait().expect("its state").is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server does not stop");
    }
}

impl Drop for Server {
    /// No server outlives a bench that failed.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The server's side: serves until standard input ends.
pub(crate) async fn serve(folder: &Path) {
    let running = run::start(&config(folder)).await.expect("a server");
    println!("{} {}", running.address, running.admin_address.expect("an AdminService"));
    let ended =
        tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    // Whether it ended or failed, nobody is there any more.
    let _ = ended.await;
    running.stop().await.expect("a clean stop");
}

/// Prints the table; of a load that was kept only what a restart costs.
pub(crate) async fn table(postings: usize) {
    println!("| what | {postings} postings |\n|---|---|");
    match kept(postings, 60) {
        Some(folder) => restart(&folder, postings).await,
        None => {
            let folder = tempfile::tempdir().expect("a temporary folder");
            load(folder.path(), postings).await;
            restart(folder.path(), postings).await;
            killed(folder.path(), postings).await;
        }
    }
}

/// Kills the server in the middle of an import and tells how long the next one takes.
async fn killed(folder: &Path, postings: usize) {
    let mut server = Server::start(folder);
    ready(server.admin).await;
    let mut generator = Generator::new(SEED + 2, system_clock()().date(), 60);
    let others = (1..=postings).map(move |number| generator.posting(number));
    let client = connect(server.address).await;
    let importing = tokio::spawn(import(client, others));
    tokio::time::sleep(IMPORTED).await;
    // Before the server, whose end would fail it.
    importing.abort();
    server.process.kill().expect("a process");
    server.process.wait().expect("its end");
    let started = Instant::now();
    let server = Server::start(folder);
    ready(server.admin).await;
    let ready_in = started.elapsed();
    server.stop();
    println!("| kill -9 in an import until READY | {:.2} s |", ready_in.as_secs_f64());
}

async fn load(folder: &Path, postings: usize) {
    let server = Server::start(folder);
    let mut generator = Generator::new(SEED, system_clock()().date(), 60);
    let generated = (1..=postings).map(move |number| generator.posting(number));
    let started = Instant::now();
    let loaded_in = import(connect(server.address).await, generated).await;
    let graph_waited = settled(server.admin, postings as u64).await;
    let done_in = started.elapsed();
    tokio::time::sleep(GIVEN_BACK).await;
    let building = server.memory();
    server.stop();
    let rate = postings as f64 / loaded_in.as_secs_f64();
    println!("| loaded, durable | {rate:.0} a second |");
    println!(
        "| until indexed and the graph built, after that | {:.1} s |",
        graph_waited.as_secs_f64()
    );
    println!("| all of it | {:.1} s |", done_in.as_secs_f64());
    println!("| resident after it | {:.0} MB |", megabytes(building.resident));
    println!("| most resident until then | {:.0} MB |", megabytes(building.peak));
}

/// Asks for people's matches: what is mapped is resident once it was read.
async fn ask(address: SocketAddr) {
    let mut client = MatchServiceClient::new(connect(address).await);
    for person in people(system_clock()().date()).take(QUESTIONS) {
        client.match_postings(in_city(person)).await.expect("an answer");
    }
}

async fn restart(folder: &Path, postings: usize) {
    let bytes = disk(folder);
    let started = Instant::now();
    let server = Server::start(folder);
    let listens_in = started.elapsed();
    ready(server.admin).await;
    let ready_in = started.elapsed();
    settled(server.admin, postings as u64).await;
    let reopened = server.memory();
    ask(server.address).await;
    let asked = server.memory();
    server.stop();
    let each = |bytes: u64| bytes as f64 / postings as f64 / 1e3;
    println!("| resident after a restart | {:.0} MB |", megabytes(reopened.resident));
    println!("| of that, a posting | {:.2} kB |", each(reopened.resident));
    println!("| resident after {QUESTIONS} questions | {:.0} MB |", megabytes(asked.resident));
    println!("| of that, a posting | {:.2} kB |", each(asked.resident));
    println!("| on disk | {:.0} MB |", megabytes(bytes));
    println!("| of that, a posting | {:.2} kB |", each(bytes));
    println!("| restart until it listens | {:.2} s |", listens_in.as_secs_f64());
    println!("| restart until READY | {:.2} s |", ready_in.as_secs_f64());
}
