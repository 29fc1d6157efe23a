//! What happens to an index whose files are damaged or whose disk fails. Each class has a test
//! with a bug in it, which shows that the check would find one.

mod failing;
mod faulty;
mod flips;
mod sample;
mod sites;
