//! `jobmatch check-lexicon`: is an operator's lexicon file sound, and what does it add?

use std::path::PathBuf;

use clap::Args;
use jobmatch_text::Lexicon;

use crate::failure::Failure;

/// Arguments of `check-lexicon`.
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The file, in the format of the lexicon's README.
    file: PathBuf,
}

/// Reads the file behind the built-in lexicon.
pub(crate) fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    let fail =
        |e: &dyn std::fmt::Display| Failure::new(format!("{}: {e}", arguments.file.display()));
    let text = std::fs::read_to_string(&arguments.file).map_err(|e| fail(&e))?;
    let built_in = Lexicon::built_in();
    let extended = built_in.extended(&text).map_err(|e| fail(&e))?;
    let names = |lexicon: &Lexicon| lexicon.names().count();
    println!(
        "sound: {} new occupations, {} new names; {} occupations and {} names in all, {}",
        extended.len() - built_in.len(),
        names(&extended) - names(built_in),
        extended.len(),
        names(&extended),
        extended.version()
    );
    Ok(())
}
