//! Mails with one Message-ID: as a rule one mail, sometimes several of a sender that gives all its mails the same. The first
//! claims the Message-ID itself, each other one `mid:…#` and its content key.

use desk::sameness::Fingerprint;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::KnownMessage;
use super::read::read_known;
use crate::cells::{Row, json};
use crate::entity::message_identity::{ActiveModel, Column, Entity};
use crate::people::was_inserted;
use crate::{Error, Result, Tx};

/// Mails with one Message-ID that a new one is compared with: the newest.
const COMPARED: u64 = 50;

/// A mail that has claimed a Message-ID, or shares it.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownMail {
    /// What it claimed.
    pub identity: String,
    /// What it became.
    pub known: KnownMessage,
    /// What it is told from others by; `None` for mails of our own, and of a time before fingerprints were kept.
    pub fingerprint: Option<Fingerprint>,
}

/// An identity to be claimed for a comment.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    /// What is claimed.
    pub identity: &'a str,
    /// The identity that another mail has claimed before, when this one shares its Message-ID.
    pub shares: Option<&'a str>,
    /// What the mail is told from others by.
    pub fingerprint: &'a Fingerprint,
    /// What it became.
    pub known: &'a KnownMessage,
}

/// What a mail claims when another one has its identity already.
pub fn shared_identity(identity: &str, content_key: &str) -> String {
    format!("{identity}#{content_key}")
}

impl Tx {
    /// Lets one transaction at a time ask about these identities and claim them, until it ends. Whoever takes in a reply
    /// names the mails it answers too: so reply and original cannot pass each other unseen. SQLite's write lock does so by itself.
    pub async fn lock_identities(&self, identities: &[String]) -> Result<()> {
        self.shared.database.lock_words(&self.db, identities).await
    }

    /// The mails that have claimed an identity or share it, the newest first; before all of them the one that is known by
    /// exactly this content, if there is one.
    pub async fn known_mails(&self, identity: &str, content_key: &str) -> Result<Vec<KnownMail>> {
        let exact = shared_identity(identity, content_key);
        let rows = Entity::find()
            .filter(
                Condition::any()
                    .add(Column::Identity.is_in([identity, exact.as_str()]))
                    .add(Column::Shares.eq(identity)),
            )
            .order_by_desc(Column::Identity.into_expr().eq(exact.as_str()))
            .order_by_desc(Column::Id)
            .limit(COMPARED)
            .all(&self.db)
            .await?;
        rows.into_iter()
            .map(|row| {
                let at = Row { table: "message_identity", id: row.id };
                Ok(KnownMail {
                    known: read_known(&row),
                    fingerprint: at.maybe_json("fingerprint", row.fingerprint.as_deref())?,
                    identity: row.identity,
                })
            })
            .collect()
    }

    /// Claims an identity for a mail's comment. [`crate::Error::Exists`] when it is claimed: decide again.
    pub async fn claim_mail(&self, claim: &Claim<'_>) -> Result<()> {
        let row = ActiveModel {
            identity: Set(claim.identity.to_owned()),
            ticket_id: Set(claim.known.ticket.0),
            comment_id: Set(claim.known.comment.map(|id| id.0)),
            ledger_id: Set(claim.known.ledger.map(|id| id.0)),
            outbox_id: Set(claim.known.outbox.map(|id| id.0)),
            fingerprint: Set(Some(json(claim.fingerprint))),
            shares: Set(claim.shares.map(str::to_owned)),
            ..Default::default()
        };
        let nothing = OnConflict::column(Column::Identity).do_nothing().to_owned();
        let insert = Entity::insert(row).on_conflict(nothing);
        if was_inserted(insert.exec_without_returning(&self.db).await)? {
            Ok(())
        } else {
            Err(Error::Exists { what: "message identity" })
        }
    }
}
