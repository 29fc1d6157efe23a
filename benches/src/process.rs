//! What a process takes, as Linux tells it (`proc_pid_status(5)`, `proc_pid_stat(5)`).

use std::path::Path;

/// Ticks a second of the times in `/proc/PID/stat`: fixed at 100 for user space.
const TICKS: f64 = 100.0;

/// Memory of a process, in bytes; pages of mapped files are counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    /// Resident now (`VmRSS`).
    pub resident: u64,
    /// The most that was resident (`VmHWM`).
    pub peak: u64,
}

/// Memory of a process; zeros where it cannot be read. `None`: of this one.
pub fn memory(pid: Option<u32>) -> Memory {
    let status = read(pid, "status");
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok());
        kilobytes.unwrap_or(0) * 1024
    };
    Memory { resident: of("VmRSS"), peak: of("VmHWM") }
}

/// Seconds of CPU that this process took so far, its ended threads included.
pub fn cpu_seconds() -> f64 {
    let stat = read(None, "stat");
    // The name, in parentheses, may hold blanks; utime and stime are fields 14 and 15.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|f| f.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS
}

fn read(pid: Option<u32>, name: &str) -> String {
    let pid = pid.map_or("self".to_owned(), |pid| pid.to_string());
    std::fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default()
}

/// Bytes of the files of a folder.
pub fn disk(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => disk(&entry.path()),
        _ => entry.metadata().map_or(0, |m| m.len()),
    });
    bytes.sum()
}

/// Bytes as megabytes.
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
