//! People and brands.

use desk::{BrandId, Language, Person, PersonId, Role};
use jiff::Timestamp;
use mail::{Address, Mailbox};

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::cells::{Row, clean, micros};
use crate::entity::{address_owner, brand, person as table, person_address, session};
use crate::error::UsedBy;
use crate::{Error, Result, Store, Tx};

/// Kind of an address in use: a support address.
pub(crate) const SUPPORT: &str = "support";
pub(crate) const PERSON: &str = "person";

/// A brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// Id.
    pub id: BrandId,
    /// Name.
    pub name: String,
}

/// What signing in needs.
#[derive(Clone)]
pub struct Login {
    /// Who.
    pub person: Person,
    /// argon2 hash in PHC form; `None`: no password set.
    pub password_hash: Option<String>,
    /// What a session made now is to be compared with later ([`Store::signed_in`]).
    pub epoch: i32,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("person", &self.person).finish_non_exhaustive()
    }
}

/// Whether `INSERT ... ON CONFLICT DO NOTHING` made its row.
pub(crate) fn was_inserted(result: Result<u64, DbErr>) -> Result<bool> {
    match result {
        Ok(rows) => Ok(rows > 0),
        Err(DbErr::RecordNotInserted) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The person with the rights that count now: who was deactivated has none, and is an end user wherever it matters.
pub(crate) fn read(row: table::Model) -> Result<Person> {
    let gone = row.deactivated_at.is_some();
    let person = read_as_stored(row)?;
    Ok(if gone { Person { role: Role::EndUser, ..person } } else { person })
}

/// The person with the role that stands in the table, also where it does not count at present.
pub(crate) fn read_as_stored(row: table::Model) -> Result<Person> {
    let at = Row { table: "person", id: row.id };
    Ok(Person {
        id: PersonId(row.id),
        email: at.address("email", &row.email)?,
        role: at.word("role", Role::parse(&row.role))?,
        language: at.maybe_word("language", row.language.as_deref(), Language::parse)?,
        name: row.name,
    })
}

/// Whose address it is, the primary one or another of that person's.
pub(crate) async fn by_address<C: ConnectionTrait>(
    db: &C,
    address: &Address,
) -> Result<Option<table::Model>> {
    let owner = Query::select()
        .column(person_address::Column::PersonId)
        .from(person_address::Entity)
        .and_where(person_address::Column::Address.eq(address.as_str()))
        .take();
    let of = table::Column::Email.eq(address.as_str()).or(table::Column::Id.in_subquery(owner));
    Ok(table::Entity::find().filter(of).one(db).await?)
}

/// Who uses an address. The one table `address_owner` has every address once, so that the two sides cannot both take it.
pub(crate) async fn used_by<C: ConnectionTrait>(db: &C, address: &Address) -> Result<Option<UsedBy>> {
    let Some(owner) = address_owner::Entity::find_by_id(address.as_str()).one(db).await? else {
        return Ok(None);
    };
    if owner.kind == SUPPORT {
        return Ok(Some(UsedBy::SupportAddress));
    }
    let person = by_address(db, address).await?.map(read_as_stored).transpose()?;
    Ok(person.map(|person| match person.role {
        Role::EndUser => UsedBy::EndUser(person.name),
        Role::Agent | Role::Admin | Role::Owner => UsedBy::Staff(person.name),
    }))
}

/// What lists are searched in.
pub(crate) fn searched(name: &str, address: &Address) -> String {
    format!("{} {address}", name.to_lowercase())
}

/// Several, unknown ids left out.
pub(crate) async fn people<C: ConnectionTrait>(db: &C, ids: &[PersonId]) -> Result<Vec<Person>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = table::Entity::find()
        .filter(table::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .order_by_asc(table::Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Agents, admins and owner who are active, by name.
pub(crate) async fn staff<C: ConnectionTrait>(db: &C) -> Result<Vec<Person>> {
    let rows = table::Entity::find()
        .filter(table::Column::Role.ne(Role::EndUser.as_str()))
        .filter(table::Column::DeactivatedAt.is_null())
        .order_by_asc(table::Column::Name)
        .order_by_asc(table::Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

pub(crate) fn missing(id: PersonId) -> Error {
    Error::NotFound { what: "person", id: id.to_string() }
}

impl Store {
    /// A person.
    pub async fn person(&self, id: PersonId) -> Result<Person> {
        read(table::Entity::find_by_id(id.0).one(self.reader()).await?.ok_or_else(|| missing(id))?)
    }

    /// Several, unknown ids left out.
    pub async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>> {
        people(self.reader(), ids).await
    }

    /// Who has an address, and since when the desk knows them.
    pub async fn known_since(&self, address: &Address) -> Result<Option<(Person, Timestamp)>> {
        let Some(row) = by_address(self.reader(), address).await? else { return Ok(None) };
        let since = Row { table: "person", id: row.id }.time("created_at", row.created_at)?;
        Ok(Some((read(row)?, since)))
    }

    /// By address.
    pub async fn person_by_address(&self, address: &Address) -> Result<Option<Person>> {
        by_address(self.reader(), address).await?.map(read).transpose()
    }

    /// Agents, admins and owner who are active, by name.
    pub async fn staff(&self) -> Result<Vec<Person>> {
        staff(self.reader()).await
    }

    /// What signing in needs; by the primary address only.
    pub async fn login(&self, address: &Address) -> Result<Option<Login>> {
        let found = table::Entity::find().filter(table::Column::Email.eq(address.as_str()));
        let Some(row) = found.one(self.reader()).await? else { return Ok(None) };
        let password_hash = row.password_hash.clone();
        let epoch = row.session_epoch;
        Ok(Some(Login { person: read(row)?, password_hash, epoch }))
    }

    /// The person of a session that was made at `epoch`; `None` when that person's sessions have ended since.
    pub async fn signed_in(&self, id: PersonId, epoch: i32) -> Result<Option<Person>> {
        let row = table::Entity::find_by_id(id.0).one(self.reader()).await?;
        row.filter(|row| row.session_epoch == epoch).map(read).transpose()
    }

    /// All brands, oldest first.
    pub async fn brands(&self) -> Result<Vec<Brand>> {
        let rows = brand::Entity::find().order_by_asc(brand::Column::Id).all(self.reader()).await?;
        Ok(rows.into_iter().map(|row| Brand { id: BrandId(row.id), name: row.name }).collect())
    }

    /// Who uses this address, as a support address or as a person.
    pub async fn address_use(&self, address: &Address) -> Result<Option<UsedBy>> {
        used_by(self.reader(), address).await
    }
}

impl Tx {
    /// By address, seen from inside the transaction.
    pub async fn person_by_address(&self, address: &Address) -> Result<Option<Person>> {
        by_address(&self.db, address).await?.map(read).transpose()
    }

    /// Finds the person with this address or makes an end user. Refused for support addresses.
    pub async fn ensure_end_user(&self, who: &Mailbox, language: Option<Language>) -> Result<Person> {
        if let Some(known) = self.person_by_address(&who.address).await? {
            return Ok(known);
        }
        if self.own_address(&who.address, PERSON).await? {
            return self.insert_person(&who.name, &who.address, Role::EndUser, language, None).await;
        }
        // Taken between our look and our try, or a support address.
        match self.person_by_address(&who.address).await? {
            Some(person) => Ok(person),
            None => Err(self.in_use(&who.address).await),
        }
    }

    /// Makes a member of the staff. Refused for support addresses and known people.
    pub async fn create_staff(
        &self,
        name: &str,
        address: &Address,
        role: Role,
        password_hash: &str,
    ) -> Result<Person> {
        if self.own_address(address, PERSON).await? {
            self.insert_person(name, address, role, None, Some(password_hash.to_owned())).await
        } else {
            Err(self.in_use(address).await)
        }
    }

    /// Takes an address for a person or as a support address; false when it is anybody's.
    pub(crate) async fn own_address(&self, address: &Address, kind: &str) -> Result<bool> {
        let row = address_owner::ActiveModel {
            address: Set(address.as_str().to_owned()),
            kind: Set(kind.to_owned()),
        };
        let nothing = OnConflict::column(address_owner::Column::Address).do_nothing().to_owned();
        was_inserted(
            address_owner::Entity::insert(row).on_conflict(nothing).exec_without_returning(&self.db).await,
        )
    }

    /// The refusal of an address that [`Tx::own_address`] could not take.
    pub(crate) async fn in_use(&self, address: &Address) -> Error {
        match used_by(&self.db, address).await {
            Ok(by) => Error::AddressInUse {
                address: address.clone(),
                by: by.unwrap_or(UsedBy::EndUser(address.to_string())),
            },
            Err(error) => error,
        }
    }

    pub(crate) async fn insert_person(
        &self,
        name: &str,
        address: &Address,
        role: Role,
        language: Option<Language>,
        password_hash: Option<String>,
    ) -> Result<Person> {
        let name = clean(name.trim());
        let name = if name.is_empty() { address.to_string() } else { name };
        let row = table::ActiveModel {
            name: Set(name.clone()),
            email: Set(address.as_str().to_owned()),
            role: Set(role.as_str().to_owned()),
            language: Set(language.map(|language| language.as_str().to_owned())),
            password_hash: Set(password_hash),
            search: Set(searched(&name, address)),
            created_at: Set(micros(self.now)),
            ..Default::default()
        };
        let id = table::Entity::insert(row).exec(&self.db).await?.last_insert_id;
        Ok(Person { id: PersonId(id), name, email: address.clone(), role, language })
    }

    /// Sets the password and ends all sessions of that person.
    pub async fn set_password(&self, id: PersonId, password_hash: &str) -> Result<()> {
        self.change_person(id, table::Column::PasswordHash, password_hash).await?;
        self.end_sessions(id).await
    }

    /// Ends all sessions of a person. Those that somebody is saving or making at this moment carry an epoch that has
    /// passed, and count for nothing either.
    pub(crate) async fn end_sessions(&self, id: PersonId) -> Result<()> {
        table::Entity::update_many()
            .col_expr(table::Column::SessionEpoch, Expr::col(table::Column::SessionEpoch).add(1))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        session::Entity::delete_many().filter(session::Column::PersonId.eq(id.0)).exec(&self.db).await?;
        Ok(())
    }

    /// Sets the language.
    pub async fn set_language(&self, id: PersonId, language: Language) -> Result<()> {
        self.change_person(id, table::Column::Language, language.as_str()).await
    }

    pub(crate) async fn change_person(&self, id: PersonId, column: table::Column, value: &str) -> Result<()> {
        let changed = table::Entity::update_many()
            .col_expr(column, Expr::value(value))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if changed.rows_affected == 0 { Err(missing(id)) } else { Ok(()) }
    }

    /// Makes a brand.
    pub async fn create_brand(&self, name: &str) -> Result<Brand> {
        let name = clean(name);
        let row = brand::ActiveModel { name: Set(name.clone()), ..Default::default() };
        let id = brand::Entity::insert(row).exec(&self.db).await?.last_insert_id;
        Ok(Brand { id: BrandId(id), name })
    }
}
