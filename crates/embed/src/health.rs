//! What asking an embedder takes, and how it is doing.

/// What asking an embedder takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Microseconds a text in this process: a record has its vector when it is indexed.
    Immediate,
    /// Milliseconds and more a text in this process: a record is indexed by its words and
    /// gets its vector later.
    Slow,
    /// The same, and texts leave this process.
    Remote,
}

/// How the last calls of an embedder went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// The last call was answered, or none was made yet.
    Good,
    /// The last call failed, with the reason.
    Failing(String),
    /// So many calls failed that none is made for a while, with the last reason.
    Suspended(String),
}
