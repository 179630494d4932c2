//! People as administrators see them: the team and the end users, with what may be changed about them.

use desk::{Person, PersonId, Role};
use jiff::Timestamp;
use mail::Address;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef, LikeExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::cells::{Row, clean, micros};
use crate::entity::{account_link, address_owner, person as table};
use crate::people::{PERSON, by_address, missing, read_as_stored, searched};
use crate::{Error, Result, Store, Tx};

/// A person with what lists show and administrators change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who, with the role that stands in the table: it counts only while `deactivated_at` is empty.
    pub person: Person,
    /// Has chosen a password.
    pub has_password: bool,
    /// May not come in any more since.
    pub deactivated_at: Option<Timestamp>,
    /// Made.
    pub created_at: Timestamp,
    /// Last change of name, address or role; the making where there was none.
    pub updated_at: Timestamp,
}

/// Which people are listed.
#[derive(Debug, Clone, Default)]
pub struct PeopleQuery {
    /// Part of name or address; empty: all.
    pub text: String,
    /// Only these roles; empty: all.
    pub roles: Vec<Role>,
    /// Also those who were deactivated.
    pub deactivated: bool,
    /// By id and only after this one; without this and `before` by name.
    pub after: Option<PersonId>,
    /// By id and only before this one: of those the nearest.
    pub before: Option<PersonId>,
    /// Left out at the beginning.
    pub offset: u64,
    /// At most so many.
    pub limit: u64,
}

fn member(row: table::Model) -> Result<Member> {
    let at = Row { table: "person", id: row.id };
    let created_at = at.time("created_at", row.created_at)?;
    Ok(Member {
        has_password: row.password_hash.as_deref().is_some_and(|hash| !hash.is_empty()),
        deactivated_at: at.maybe_time("deactivated_at", row.deactivated_at)?,
        created_at,
        updated_at: at.maybe_time("updated_at", row.updated_at)?.unwrap_or(created_at),
        person: read_as_stored(row)?,
    })
}

/// `%text%` with the text taken literally.
fn containing(text: &str) -> LikeExpr {
    let literal = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    LikeExpr::new(format!("%{literal}%")).escape('\\')
}

impl PeopleQuery {
    fn condition(&self) -> Condition {
        let mut condition = Condition::all();
        let text = self.text.trim();
        if !text.is_empty() {
            let search = Expr::col(table::Column::Search.into_column_ref());
            condition = condition.add(search.like(containing(text)));
        }
        if !self.roles.is_empty() {
            condition = condition.add(table::Column::Role.is_in(self.roles.iter().map(|role| role.as_str())));
        }
        if !self.deactivated {
            condition = condition.add(table::Column::DeactivatedAt.is_null());
        }
        condition
    }
}

impl Store {
    /// People that match, and how many there are altogether.
    pub async fn members(&self, query: &PeopleQuery) -> Result<(Vec<Member>, u64)> {
        let all = table::Entity::find().filter(query.condition());
        let count = all.clone().count(self.reader()).await?;
        let some = match (query.after, query.before) {
            (Some(after), _) => all.filter(table::Column::Id.gt(after.0)).order_by_asc(table::Column::Id),
            (None, Some(before)) => {
                all.filter(table::Column::Id.lt(before.0)).order_by_desc(table::Column::Id)
            }
            (None, None) => all
                .order_by_asc(table::Column::Name)
                .order_by_asc(table::Column::Id)
                .offset((query.offset > 0).then_some(query.offset)),
        };
        let mut rows = some.limit(query.limit).all(self.reader()).await?;
        if query.after.is_none() && query.before.is_some() {
            rows.reverse();
        }
        Ok((rows.into_iter().map(member).collect::<Result<_>>()?, count))
    }

    /// One.
    pub async fn member(&self, id: PersonId) -> Result<Member> {
        member(table::Entity::find_by_id(id.0).one(self.reader()).await?.ok_or_else(|| missing(id))?)
    }

    /// By address.
    pub async fn member_by_address(&self, address: &Address) -> Result<Option<Member>> {
        by_address(self.reader(), address).await?.map(member).transpose()
    }
}

impl Tx {
    /// Makes a person who has no password yet. Refused for every address that is anybody's.
    pub async fn create_person(&self, name: &str, address: &Address, role: Role) -> Result<Person> {
        if self.own_address(address, PERSON).await? {
            self.insert_person(name, address, role, None, None).await
        } else {
            Err(self.in_use(address).await)
        }
    }

    /// One, locked until the transaction ends: two administrators who change the same person do it one after the other.
    pub async fn member(&self, id: PersonId) -> Result<Member> {
        let row = table::Entity::find_by_id(id.0).lock_exclusive().one(&self.db).await?;
        member(row.ok_or_else(|| missing(id))?)
    }

    /// By address, seen from inside the transaction.
    pub async fn member_by_address(&self, address: &Address) -> Result<Option<Member>> {
        by_address(&self.db, address).await?.map(member).transpose()
    }

    /// Who uses this address, seen from inside the transaction.
    pub async fn address_use(&self, address: &Address) -> Result<Option<crate::UsedBy>> {
        crate::people::used_by(&self.db, address).await
    }

    /// Active admins and the owner, locked: who is taken away from them is judged by what will be left.
    pub async fn admins(&self) -> Result<Vec<Person>> {
        let rows = table::Entity::find()
            .filter(table::Column::Role.is_in([Role::Admin.as_str(), Role::Owner.as_str()]))
            .filter(table::Column::DeactivatedAt.is_null())
            .order_by_asc(table::Column::Id)
            .lock_exclusive()
            .all(&self.db)
            .await?;
        rows.into_iter().map(read_as_stored).collect()
    }

    /// Gives another name or address. A new address is taken and the old one given back in the same transaction; refused
    /// when it is anybody else's. Another address of the same person becomes the primary one, and none is given back.
    pub async fn rename_person(&self, id: PersonId, name: &str, address: &Address) -> Result<()> {
        let mut before = self.member(id).await?.person;
        if self.is_other_address(id, address).await? {
            self.make_primary(id, address).await?;
            before.email = address.clone();
        }
        if before.email != *address {
            if !self.own_address(address, PERSON).await? {
                return Err(self.in_use(address).await);
            }
            address_owner::Entity::delete_by_id(before.email.as_str()).exec(&self.db).await?;
        }
        let name = clean(name.trim());
        self.update_person(
            id,
            table::ActiveModel {
                search: Set(searched(&name, address)),
                name: Set(name),
                email: Set(address.as_str().to_owned()),
                ..Default::default()
            },
        )
        .await?;
        self.refresh_search(id).await
    }

    /// Sets the role.
    pub async fn set_role(&self, id: PersonId, role: Role) -> Result<()> {
        let change = table::ActiveModel { role: Set(role.as_str().to_owned()), ..Default::default() };
        self.update_person(id, change).await
    }

    /// Takes all rights away, ends the sessions and makes the links void; or gives the rights back.
    pub async fn set_active(&self, id: PersonId, active: bool) -> Result<()> {
        let at = (!active).then(|| micros(self.now));
        self.update_person(id, table::ActiveModel { deactivated_at: Set(at), ..Default::default() }).await?;
        if active {
            return Ok(());
        }
        account_link::Entity::delete_many()
            .filter(account_link::Column::PersonId.eq(id.0))
            .exec(&self.db)
            .await?;
        self.end_sessions(id).await
    }

    async fn update_person(&self, id: PersonId, change: table::ActiveModel) -> Result<()> {
        let change = table::ActiveModel { updated_at: Set(Some(micros(self.now))), ..change };
        let changed = table::Entity::update_many()
            .set(change)
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.db)
            .await?;
        if changed.rows_affected == 0 {
            Err(Error::NotFound { what: "person", id: id.to_string() })
        } else {
            Ok(())
        }
    }
}
