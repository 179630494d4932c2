//! People and brands.

use desk::{BrandId, Language, Person, PersonId, Role};
use mail::{Address, Mailbox};

use crate::error::UsedBy;
use crate::{Result, Store, Tx};

/// A brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// Id.
    pub id: BrandId,
    /// Name.
    pub name: String,
}

/// What signing in needs.
#[derive(Debug, Clone)]
pub struct Login {
    /// Who.
    pub person: Person,
    /// argon2 hash in PHC form; `None`: no password set.
    pub password_hash: Option<String>,
}

impl Store {
    /// A person.
    pub async fn person(&self, id: PersonId) -> Result<Person> {
        let _ = id;
        todo!()
    }

    /// Several, unknown ids left out.
    pub async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>> {
        let _ = ids;
        todo!()
    }

    /// By address.
    pub async fn person_by_address(&self, address: &Address) -> Result<Option<Person>> {
        let _ = address;
        todo!()
    }

    /// Agents, admins and owner, by name.
    pub async fn staff(&self) -> Result<Vec<Person>> {
        todo!()
    }

    /// What signing in needs.
    pub async fn login(&self, address: &Address) -> Result<Option<Login>> {
        let _ = address;
        todo!()
    }

    /// All brands, oldest first.
    pub async fn brands(&self) -> Result<Vec<Brand>> {
        todo!()
    }

    /// Who uses this address, as a support address or as a person.
    pub async fn address_use(&self, address: &Address) -> Result<Option<UsedBy>> {
        let _ = address;
        todo!()
    }
}

impl Tx {
    /// Finds the person with this address or makes an end user. Refused for support addresses.
    pub async fn ensure_end_user(&self, who: &Mailbox, language: Option<Language>) -> Result<Person> {
        let _ = (who, language);
        todo!()
    }

    /// Makes a member of the staff. Refused for support addresses and known people.
    pub async fn create_staff(&self, name: &str, address: &Address, role: Role, password_hash: &str) -> Result<Person> {
        let _ = (name, address, role, password_hash);
        todo!()
    }

    /// Sets the password and ends all sessions of that person.
    pub async fn set_password(&self, id: PersonId, password_hash: &str) -> Result<()> {
        let _ = (id, password_hash);
        todo!()
    }

    /// Sets the language.
    pub async fn set_language(&self, id: PersonId, language: Language) -> Result<()> {
        let _ = (id, language);
        todo!()
    }

    /// Makes a brand.
    pub async fn create_brand(&self, name: &str) -> Result<Brand> {
        let _ = name;
        todo!()
    }
}
