//! Which texts are embedded, and with what: callers' own vectors first, then what an index
//! already has, then the embedder, if the text may go there.

use jobmatch_domain::matching::Degraded;
use jobmatch_domain::{Collection, DocumentId, Embedding, Seq};
use jobmatch_embed::{EmbedError, EmbedInput, Nature};
use jobmatch_index::{Document, EmbeddedEngine};
use jobmatch_text::redact;

use crate::analysis::{Analyst, fields};
use crate::reading::{Reading, Words};

/// A record that was read, on its way into an index.
pub(crate) struct Draft {
    pub(crate) id: DocumentId,
    /// Seq of its content.
    pub(crate) seq: Seq,
    pub(crate) reading: Reading,
    /// The caller's own vector.
    pub(crate) own: Option<Embedding>,
    /// The vector that goes in, see [`Analyst::give_vectors`].
    pub(crate) vector: Option<Vec<f32>>,
}

impl Draft {
    /// What the engine keeps.
    pub(crate) fn document(self) -> Document {
        Document {
            id: self.id,
            seq: self.seq,
            facets: self.reading.facets.clone(),
            fields: fields(self.reading),
            vector: self.vector,
        }
    }
}

/// Where the vectors of a batch come from.
pub(crate) struct Sources<'a> {
    /// The collection of the batch.
    pub(crate) collection: Collection,
    /// The index that it goes to; vectors of other spaces do not.
    pub(crate) into: &'a EmbeddedEngine,
    /// An index whose vectors are taken over where it has the same version of a document, so
    /// that nothing is asked of a slow embedder twice.
    pub(crate) kept: Option<&'a EmbeddedEngine>,
    /// Whether to wait for an embedder that is slow.
    pub(crate) wait: bool,
}

impl Analyst {
    /// Whether texts of this collection, and questions of its kind, may be embedded: those of
    /// persons leave the machine only by the operator's word.
    pub(crate) fn may_embed(&self, collection: Collection) -> bool {
        collection == Collection::Postings
            || self.sends_profiles
            || self.embedder().nature() != Nature::Remote
    }

    /// Whether a text is embedded in no time: a thread that other calls wait for may do that.
    pub(crate) fn embeds_at_once(&self) -> bool {
        self.embedder().nature() == Nature::Immediate
    }

    /// Vector of a question that one side asks the other. Both sides must have vectors, or
    /// there is nothing to compare, so the permission for persons decides; what is not
    /// embedded for its lack is no degradation.
    pub(crate) fn question_vector(
        &self,
        words: Words<'_>,
        own: Option<&Embedding>,
    ) -> Result<Option<Vec<f32>>, Degraded> {
        let embedder = self.embedder();
        if let Some(own) = own_vector(own, embedder.space().as_str(), embedder.dimensions()) {
            return Ok(Some(own));
        }
        if !self.may_embed(Collection::Profiles) {
            return Ok(None);
        }
        let raw = self.raw(words);
        embedder.embed_query(&input(words, &raw)).map_err(|error| {
            tracing::debug!(%error, "a question is answered without its vector");
            Degraded::EmbedderUnavailable
        })
    }

    /// Gives each draft that has none its vector, where the sources have one. Fails only
    /// where the embedder does.
    pub(crate) fn give_vectors(
        &self,
        drafts: &mut [Draft],
        sources: &Sources<'_>,
    ) -> Result<(), EmbedError> {
        let embedder = self.embedder();
        let (space, dimensions) = (sources.into.space(), sources.into.dimensions());
        let kept = sources.kept.filter(|engine| engine.space() == space);
        let mut open: Vec<&mut Draft> = Vec::new();
        for draft in drafts.iter_mut().filter(|d| d.vector.is_none()) {
            let own = own_vector(draft.own.as_ref(), space, dimensions);
            draft.vector = own.or_else(|| kept?.vector(&draft.id, draft.seq));
            if draft.vector.is_none() {
                open.push(draft);
            }
        }
        let asks = (sources.wait || embedder.nature() == Nature::Immediate)
            && space == embedder.space().as_str()
            && self.may_embed(sources.collection);
        if !asks || open.is_empty() {
            return Ok(());
        }
        let raws: Vec<String> = open.iter().map(|draft| self.raw(draft.reading.words())).collect();
        let inputs = open.iter().zip(&raws).map(|(draft, raw)| input(draft.reading.words(), raw));
        let vectors = embedder.embed(&inputs.collect::<Vec<_>>())?;
        for (draft, vector) in open.into_iter().zip(vectors) {
            draft.vector = vector;
        }
        Ok(())
    }

    /// The text for models that read texts, once more without contact data: records are
    /// stored without it, but a question may hold some. The built-in model reads terms.
    fn raw(&self, words: Words<'_>) -> String {
        if self.embeds_at_once() {
            return String::new();
        }
        let (focus, detail) = (&words.focus.normalized, &words.detail.normalized);
        redact(format!("{focus}\n{detail}").trim()).text
    }
}

/// The caller's own vector, when it is of the space: it is the truth, whatever a model says.
/// One of another space is kept in the store and not used.
fn own_vector(own: Option<&Embedding>, space: &str, dimensions: usize) -> Option<Vec<f32>> {
    let values = own.filter(|e| e.space() == space)?.values();
    (values.len() == dimensions).then(|| values.to_vec())
}

fn input<'a>(words: Words<'a>, raw: &'a str) -> EmbedInput<'a> {
    EmbedInput {
        title_words: &words.focus.words,
        title_grams: &words.focus.grams,
        body_words: &words.detail.words,
        body_grams: &words.detail.grams,
        raw,
    }
}
