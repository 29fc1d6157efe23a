//! How terms, which are made above the engine, pass tantivy: joined by a character that no term
//! holds, and taken apart again. Its own form for text that is analysed already goes through
//! JSON on the way to its indexing thread.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Name of the tokenizer in the schema.
pub(super) const NAME: &str = "terms";
/// Between two terms: the unit separator, which normalisation takes out of texts.
const SEPARATOR: char = '\u{1F}';

/// The terms as one text.
pub(super) fn joined(terms: &[String]) -> String {
    let mut text = String::with_capacity(terms.iter().map(|t| t.len() + 1).sum());
    for (i, term) in terms.iter().enumerate() {
        if i > 0 {
            text.push(SEPARATOR);
        }
        text.push_str(term);
    }
    text
}

/// Takes the terms apart.
#[derive(Clone)]
pub(super) struct Terms;

impl Tokenizer for Terms {
    type TokenStream<'a> = Taken<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Taken<'a> {
        Taken { rest: text.split(SEPARATOR), token: Token::default() }
    }
}

/// The terms of one document's field.
pub(super) struct Taken<'a> {
    rest: std::str::Split<'a, char>,
    token: Token,
}

impl TokenStream for Taken<'_> {
    fn advance(&mut self) -> bool {
        let Some(term) = self.rest.next() else { return false };
        self.token.text.clear();
        self.token.text.push_str(term);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_come_apart_as_they_were_joined() {
        let terms = ["保安".to_owned(), "夜班 值守".to_owned(), "a-1".to_owned()];
        let text = joined(&terms);
        let mut tokenizer = Terms;
        let mut stream = tokenizer.token_stream(&text);
        let mut taken = Vec::new();
        while stream.advance() {
            taken.push((stream.token().position, stream.token().text.clone()));
        }
        let wanted: Vec<_> = terms.into_iter().enumerate().collect();
        assert_eq!(taken, wanted);
    }
}
