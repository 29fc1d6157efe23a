//! A graph on disk, so that a restart need not build it again.
//!
//! A line that names the format, a header, the arrays, and a checksum of all of it. The header
//! tells which documents the graph was built from: slots count the upserts of the document log,
//! so a graph fits a log that begins with the same ones.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::graph::{Covers, Graph, Lists};

const MAGIC: &[u8] = b"jobmatch-graph 1\n";
const CHECKSUM_BYTES: usize = 4;

/// Writes a graph beside its place and renames it into it. `documents` is a digest of the
/// documents in the slots that it covers.
pub(super) fn save(graph: &Graph, documents: u32, path: &Path) -> io::Result<()> {
    let Covers { slots, vectors, late } = graph.covers;
    let mut bytes = MAGIC.to_vec();
    for number in [slots as u64, vectors as u64, late as u64, u64::from(documents)] {
        bytes.extend(number.to_le_bytes());
    }
    let Graph { links, members, landmarks, .. } = graph;
    for array in [&links.ends, &links.items, &members.ends, &members.items, landmarks] {
        bytes.extend((array.len() as u64).to_le_bytes());
        bytes.extend(array.iter().flat_map(|number| number.to_le_bytes()));
    }
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    let beside = path.with_extension("new");
    #[cfg(test)]
    jobmatch_faults::at("graph: create", path)?;
    let mut file = File::create(&beside)?;
    #[cfg(test)]
    jobmatch_faults::at("graph: write", path)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    #[cfg(test)]
    jobmatch_faults::at("graph: rename", path)?;
    std::fs::rename(beside, path)
}

/// Reads a graph that was built from these documents; the reason when it cannot be used.
/// `documents` gives the digest of the first so many slots, `None` when there are fewer.
pub(super) fn load(
    path: &Path,
    documents: impl Fn(usize) -> Option<u32>,
) -> Result<Graph, &'static str> {
    let bytes = std::fs::read(path).map_err(|_| "it cannot be read")?;
    let (content, sum) = bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or("it is cut short")?;
    let content = content.strip_prefix(MAGIC).ok_or("it is of another format")?;
    if crc32fast::hash(&bytes[..bytes.len() - CHECKSUM_BYTES]) != u32::from_le_bytes(*sum) {
        return Err("its checksum is wrong");
    }
    let mut rest = content;
    let mut number = || -> Option<u64> {
        let (head, tail) = rest.split_first_chunk::<8>()?;
        rest = tail;
        Some(u64::from_le_bytes(*head))
    };
    let header = [number(), number(), number(), number()];
    let [Some(slots), Some(vectors), Some(late), Some(digest)] = header else {
        return Err("it is cut short");
    };
    let mut array = || -> Option<Vec<u32>> {
        let (head, tail) = rest.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*head)).ok()?.checked_mul(4)?;
        let (numbers, tail) = tail.split_at_checked(length)?;
        rest = tail;
        Some(
            numbers.chunks_exact(4).map(|n| u32::from_le_bytes([n[0], n[1], n[2], n[3]])).collect(),
        )
    };
    let mut lists = || Some(Lists { ends: array()?, items: array()? });
    let (links, members) = (lists(), lists());
    let (Some(links), Some(members), Some(landmarks)) = (links, members, array()) else {
        return Err("it is cut short");
    };
    let covers = Covers { slots: slots as usize, vectors: vectors as usize, late: late as usize };
    if documents(covers.slots).map(u64::from) != Some(digest) {
        return Err("it was built from other documents");
    }
    let graph = Graph::of(links, members, landmarks, covers);
    if fits(&graph) { Ok(graph) } else { Err("its parts do not fit each other") }
}

/// Whether a walk finds all that it looks up, which a right checksum does not promise.
fn fits(graph: &Graph) -> bool {
    let Graph { links, members, landmarks, covers, .. } = graph;
    let is_whole = |lists: &Lists| {
        let end = lists.ends.last().copied().unwrap_or_default();
        lists.ends.is_sorted() && end as usize == lists.items.len()
    };
    let is_node = |node: &u32| (*node as usize) < members.len();
    is_whole(links)
        && is_whole(members)
        && links.len() == members.len()
        // Each node has a slot.
        && members.ends.first() != Some(&0)
        && members.ends.is_sorted_by(|a, b| a < b)
        && links.items.iter().chain(landmarks).all(is_node)
        && members.items.iter().all(|slot| (*slot as usize) < covers.slots)
        && members.items.len() <= covers.vectors
}

/// The digest of documents that a file tells.
#[cfg(feature = "fuzzing")]
pub(super) fn documents_of(bytes: &[u8]) -> Option<u32> {
    let digest = bytes.get(MAGIC.len() + 24..)?.first_chunk::<8>()?;
    u32::try_from(u64::from_le_bytes(*digest)).ok()
}

/// Makes the checksum right.
#[cfg(feature = "fuzzing")]
pub(super) fn set_checksum(bytes: &mut [u8]) {
    if let Some((content, sum)) = bytes.split_last_chunk_mut::<CHECKSUM_BYTES>() {
        *sum = crc32fast::hash(content).to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let lists = |ends: &[u32], items: &[u32]| Lists { ends: ends.into(), items: items.into() };
        let (links, members) = (lists(&[1, 2, 2], &[1, 2]), lists(&[1, 3, 4], &[0, 1, 4, 5]));
        Graph::of(links, members, vec![0], Covers { slots: 6, vectors: 4, late: 1 })
    }

    #[test]
    fn a_graph_comes_back_and_a_changed_byte_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("graph.bin");
        save(&graph(), 77, &path).unwrap();
        let documents = |slots| (slots == 6).then_some(77);
        let (back, made) = (load(&path, documents).unwrap(), graph());
        assert_eq!((&back.links, &back.members), (&made.links, &made.members));
        assert_eq!((&back.landmarks, back.covers), (&made.landmarks, made.covers));
        assert_eq!(load(&path, |_| Some(78)).err(), Some("it was built from other documents"));
        assert_eq!(load(&path, |_| None).err(), Some("it was built from other documents"));

        let bytes = std::fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 4;
            std::fs::write(&path, &changed).unwrap();
            assert!(load(&path, documents).is_err(), "byte {at}");
            std::fs::write(&path, &bytes[..at]).unwrap();
            assert!(load(&path, documents).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_right_checksum_does_not_excuse_parts_that_do_not_fit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("graph.bin");
        let refused = |change: &dyn Fn(&mut Graph)| {
            let mut wrong = graph();
            change(&mut wrong);
            save(&wrong, 77, &path).unwrap();
            let error = load(&path, |_| Some(77)).err();
            assert_eq!(error, Some("its parts do not fit each other"));
        };
        refused(&|g| g.links.items[0] = 3);
        refused(&|g| g.links.ends[0] = 3);
        refused(&|g| g.links.ends[2] = 1);
        refused(&|g| g.links.ends.truncate(2));
        refused(&|g| g.members.ends = vec![0, 3, 4]);
        refused(&|g| g.members.items[3] = 6);
        refused(&|g| g.landmarks = vec![3]);
        refused(&|g| g.covers.vectors = 3);
    }
}
