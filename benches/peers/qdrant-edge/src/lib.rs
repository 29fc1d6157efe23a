//! The crate `qdrant-edge` for Python, so that the peers' script measures it like every other
//! engine: in its process, conversions included.

use std::path::PathBuf;

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use qdrant_edge::external::serde_json;
use qdrant_edge::{
    CreateIndex, DEFAULT_VECTOR_NAME, Distance, EdgeConfigBuilder, EdgeOptimizersConfig, EdgeShard,
    EdgeVectorParamsBuilder, FieldIndexOperations, Filter, Fusion, HnswIndexConfig, JsonPath,
    NamedQuery, PointId, PointInsertOperations, PointOperations, PointStructPersisted, Prefetch,
    PrefetchBuilder, QueryEnum, QueryRequest, QueryRequestBuilder, ScoringQuery, SearchParams,
    TextQueryBuilder, UpdateOperation, VectorStructPersisted,
};

/// Links a node and candidates of building, as the other peers have them.
const M: usize = 16;
const EF_CONSTRUCT: usize = 200;
/// Kilobytes from which a segment gets a graph: at once, however small the data set.
const INDEXED_FROM: usize = 1;
/// Kilobytes of the largest segment: never reached, so that one graph holds everything.
const LARGEST_SEGMENT: usize = 1 << 30;
/// The text field that is searched by words.
const WORDS: &str = "words";
/// Qdrant counts ranks from 0: with 61 a hit's points are 1 / (60 + rank), as the other side has.
const RRF: usize = 61;

/// One shard in a folder.
#[pyclass]
struct Shard {
    shard: EdgeShard,
}

#[pymethods]
impl Shard {
    /// An empty shard of vectors of length 1 in a folder of its own.
    #[new]
    fn new(folder: PathBuf, dimensions: usize) -> PyResult<Self> {
        let vectors = EdgeVectorParamsBuilder::new(dimensions, Distance::Dot).build();
        let hnsw = HnswIndexConfig { m: M, ef_construct: EF_CONSTRUCT, ..Default::default() };
        let optimizers = EdgeOptimizersConfig {
            default_segment_number: Some(1),
            max_segment_size: Some(LARGEST_SEGMENT),
            indexing_threshold: Some(INDEXED_FROM),
            ..Default::default()
        };
        let config = EdgeConfigBuilder::new()
            .vector(DEFAULT_VECTOR_NAME, vectors)
            .hnsw_config(hnsw)
            .optimizers(optimizers)
            .build();
        Ok(Self { shard: EdgeShard::new(&folder, config).map_err(failed)? })
    }

    /// Makes an index of a payload field; `schema` is JSON as of Qdrant's REST interface.
    fn index(&self, field: &str, schema: &str) -> PyResult<()> {
        let create = CreateIndex {
            field_name: path(field)?,
            field_schema: Some(serde_json::from_str(schema).map_err(failed)?),
        };
        let operation = FieldIndexOperations::CreateIndex(create);
        self.shard.update(UpdateOperation::FieldIndexOperation(operation)).map_err(failed)
    }

    /// Adds rows from the id `first` on: a matrix, and a JSON object a row.
    fn add(
        &self,
        py: Python<'_>,
        first: u64,
        vectors: PyBuffer<f32>,
        payloads: Vec<String>,
    ) -> PyResult<()> {
        let dimensions = vectors.shape().get(1).copied().unwrap_or(0).max(1);
        let vectors = vectors.to_vec(py)?;
        py.detach(|| {
            let rows = (first..).zip(vectors.chunks_exact(dimensions)).zip(&payloads);
            let points = rows.map(|((id, vector), payload)| {
                Ok(PointStructPersisted {
                    id: PointId::NumId(id),
                    vector: VectorStructPersisted::Single(vector.to_vec()),
                    payload: Some(serde_json::from_str(payload).map_err(failed)?),
                })
            });
            let points = PointInsertOperations::PointsList(points.collect::<PyResult<_>>()?);
            let operation = PointOperations::UpsertPoints(points);
            self.shard.update(UpdateOperation::PointOperation(operation)).map_err(failed)
        })
    }

    /// Builds the graph; returns segments, rows, and rows in a graph.
    fn optimize(&self, py: Python<'_>) -> PyResult<(usize, usize, usize)> {
        py.detach(|| {
            self.shard.optimize().map_err(failed)?;
            self.shard.flush().map_err(failed)?;
            let info = self.shard.info().map_err(failed)?;
            Ok((info.segments_count, info.points_count, info.indexed_vectors_count))
        })
    }

    /// Ids of the best by vectors; `filter` is JSON as of Qdrant's REST interface, the sizes are
    /// `k` and `ef`.
    fn search(
        &self,
        py: Python<'_>,
        query: PyBuffer<f32>,
        filter: Option<&str>,
        sizes: (usize, usize),
    ) -> PyResult<Vec<u64>> {
        let (k, ef) = sizes;
        let query = QueryRequestBuilder::new(k).query(nearest(query.to_vec(py)?));
        let query = query.params(SearchParams { hnsw_ef: Some(ef), ..Default::default() }).build();
        let query = QueryRequest { filter: read(filter)?, ..query };
        let found = py.detach(|| self.shard.query(query)).map_err(failed)?;
        Ok(found.iter().map(|point| number(point.id)).collect())
    }

    /// Ids of the best by vectors and by words, joined by reciprocal ranks; of equal ones the
    /// lower id first. Asked are a vector, words parted by blanks, and a filter; the sizes are `k`,
    /// how many of either side are joined, and `ef`. With `exact` every vector is compared.
    fn search_both(
        &self,
        py: Python<'_>,
        asked: (PyBuffer<f32>, String, Option<String>),
        sizes: (usize, usize, usize),
        exact: bool,
    ) -> PyResult<Vec<u64>> {
        let (vector, words, filter) = asked;
        let (k, depth, ef) = sizes;
        let filter = read(filter.as_deref())?;
        let params = SearchParams { hnsw_ef: Some(ef), exact, ..Default::default() };
        let leg = |query| PrefetchBuilder::new(depth).query(query);
        let by_vectors = leg(nearest(vector.to_vec(py)?)).params(params).build();
        let by_words = leg(TextQueryBuilder::new(path(WORDS)?, words).build()).build();
        // Qdrant breaks no ties, so all that was joined is fetched and cut here.
        let query = QueryRequestBuilder::new(2 * depth)
            .add_prefetch(Prefetch { filter: filter.clone(), ..by_vectors })
            .add_prefetch(Prefetch { filter, ..by_words })
            .query(ScoringQuery::Fusion(Fusion::Rrf { k: RRF, weights: None }))
            .build();
        let found = py.detach(|| self.shard.query(query)).map_err(failed)?;
        let mut ranked: Vec<_> = found.iter().map(|p| (p.score, number(p.id))).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        Ok(ranked.into_iter().take(k).map(|(_, id)| id).collect())
    }
}

fn nearest(vector: Vec<f32>) -> ScoringQuery {
    ScoringQuery::Vector(QueryEnum::Nearest(NamedQuery::default_dense(vector)))
}

fn read(filter: Option<&str>) -> PyResult<Option<Filter>> {
    filter.map(serde_json::from_str).transpose().map_err(failed)
}

fn path(field: &str) -> PyResult<JsonPath> {
    field.parse().map_err(|()| PyRuntimeError::new_err(format!("not a path: {field}")))
}

/// All ids given were numbers.
fn number(id: PointId) -> u64 {
    match id {
        PointId::NumId(id) => id,
        PointId::Uuid(_) => u64::MAX,
    }
}

fn failed(error: impl ToString) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}

/// The module as Python imports it.
#[pymodule]
fn qdrant_edge_binding(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Shard>()
}
