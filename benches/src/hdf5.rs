//! Data sets of ann-benchmarks (<https://github.com/erikbern/ann-benchmarks>): HDF5 files with
//! `train`, `test`, `neighbors`; for cosines (angular), as the engine compares nothing else.

use std::path::Path;

use hdf5_reader::Hdf5File;
use hdf5_reader::error::Error;

use crate::dataset::{CLOSEST, Dataset, Payload, Test, dot, normalize};

/// Reads a file. Questions beyond `queries` are left out.
///
/// # Errors
/// A damaged file, and one without these tables.
pub fn read(path: &Path, queries: usize) -> Result<Dataset, Error> {
    let file = Hdf5File::open(path)?;
    let matrix = |name: &str| -> Result<(Vec<f32>, usize), Error> {
        let values = file.dataset(name)?.read_array::<f32>()?;
        let columns = values.shape().get(1).copied().unwrap_or(1);
        let mut values: Vec<f32> = values.iter().copied().collect();
        values.chunks_exact_mut(columns.max(1)).for_each(normalize);
        Ok((values, columns))
    };
    let (vectors, dimensions) = matrix("train")?;
    let (questions, _) = matrix("test")?;
    let neighbors = file.dataset("neighbors")?.read_array::<i32>()?;
    let each = neighbors.shape().get(1).copied().unwrap_or(1);
    let neighbors: Vec<i32> = neighbors.iter().copied().collect();
    let mut dataset = Dataset { dimensions, vectors, ..Dataset::default() };
    dataset.payloads = vec![Payload::new(); dataset.len()];
    let asked = questions.chunks_exact(dimensions.max(1)).zip(neighbors.chunks(each.max(1)));
    let test = |(query, closest): (&[f32], &[i32])| {
        let ids = closest.iter().filter_map(|id| u32::try_from(*id).ok()).take(CLOSEST);
        let ids: Vec<u32> = ids.filter(|id| (*id as usize) < dataset.len()).collect();
        Test {
            query: query.to_vec(),
            conditions: None,
            closest_scores: ids.iter().map(|id| dot(dataset.row(*id as usize), query)).collect(),
            closest_ids: ids,
            shape: "all".into(),
            words: Vec::new(),
        }
    };
    let tests: Vec<Test> = asked.take(queries).map(test).collect();
    dataset.tests = tests;
    Ok(dataset)
}
