//! What happens when the disk fails, fills up, loses power, or flips bits. Each class has a
//! test with a bug in it, which shows that the check would find one.

mod crash;
mod failing;
mod flips;
mod full;
mod medium;
mod script;
mod sites;
