//! Who calls, and which records they may see and change: the one place where that is decided.

use std::sync::Arc;

use jobmatch_domain::{Collection, Condition, Division, DocumentId, JobPosting, Profile, Station};

use crate::error::MatchingError;

/// Which records somebody may see and change. Postings and stations are public: everybody may
/// read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// All of them.
    #[default]
    All,
    /// Profiles, and writes, of this subtree.
    Division(Division),
    /// No profile and no write but the hold of a place: a kiosk.
    Public,
}

/// A caller. Profiles that they look at are noted in the log under their name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    name: Option<Arc<str>>,
    scope: Scope,
}

/// A record of which one office is responsible.
pub trait Governed {
    /// Division of the responsible office: the owner's, or else that of the place.
    fn responsible(&self) -> Option<Division>;
}

impl Governed for JobPosting {
    fn responsible(&self) -> Option<Division> {
        self.owner.division.or(self.place.division)
    }
}

impl Governed for Profile {
    fn responsible(&self) -> Option<Division> {
        self.owner.division.or(self.place.division)
    }
}

impl Governed for Station {
    fn responsible(&self) -> Option<Division> {
        self.division
    }
}

impl Caller {
    /// A caller by the name of their key.
    pub fn new(name: &str, scope: Scope) -> Self {
        Self { name: Some(name.into()), scope }
    }

    /// What they may see and change.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Whether a record is theirs to change, and a profile theirs to see.
    pub fn governs(&self, record: &impl Governed) -> bool {
        match self.scope {
            Scope::All => true,
            Scope::Division(root) => record.responsible().is_some_and(|d| root.contains(d)),
            Scope::Public => false,
        }
    }

    /// What profiles must meet to be found for them; `None`: nothing. An error where no profile
    /// may be.
    pub fn people(&self) -> Result<Option<Condition>, MatchingError> {
        match self.scope {
            Scope::All => Ok(None),
            Scope::Division(root) => Ok(Some(Condition::UnderOffice(root))),
            Scope::Public => Err(MatchingError::NoPeople),
        }
    }

    /// [`Caller::governs`], as an error that tells no more than that.
    pub fn must_govern(
        &self,
        record: &impl Governed,
        id: &DocumentId,
    ) -> Result<(), MatchingError> {
        if self.governs(record) { Ok(()) } else { Err(self.refused(id)) }
    }

    /// The error for a record that is not theirs.
    pub fn refused(&self, id: &DocumentId) -> MatchingError {
        MatchingError::OutOfScope { id: id.clone() }
    }

    /// Notes which profiles they looked at. Callers without a name are not told apart, so there
    /// is nothing to note.
    pub fn looked_at<'a>(&self, how: &str, profiles: impl IntoIterator<Item = &'a DocumentId>) {
        let Some(name) = &self.name else { return };
        let collection = Collection::Profiles.name();
        for id in profiles {
            tracing::info!(target: "audit", caller = %name, how, collection, %id, "looked at");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobmatch_domain::ids::Owner;

    fn person(owner: &str, place: &str) -> Profile {
        let division = |code: &str| Division::parse(code).ok();
        let mut profile = Profile::blank(DocumentId::parse("P1").unwrap());
        profile.owner = Owner::new(division(owner), "").unwrap();
        profile.place.division = division(place);
        profile
    }

    #[test]
    fn an_office_sees_its_own_people() {
        let office = Caller::new("历下", Scope::Division(Division::parse("370102").unwrap()));
        assert!(office.governs(&person("370102", "370103")));
        assert!(office.governs(&person("370102001", "")));
        assert!(office.governs(&person("", "370102001")));
        // Another office is responsible, whoever lives here.
        assert!(!office.governs(&person("370103", "370102")));
        assert!(!office.governs(&person("", "")));
        assert!(!office.governs(&person("3701", "")));
    }

    #[test]
    fn a_kiosk_sees_nobody_and_everybody_else_all() {
        assert!(!Caller::new("kiosk", Scope::Public).governs(&person("370102", "370102")));
        assert!(Caller::default().governs(&person("", "")));
    }
}
