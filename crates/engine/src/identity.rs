//! What a letter is known by in the account, and whether the mail behind a Message-ID is the same mail (`desk::sameness`).

use desk::sameness::{Comparison, Fingerprint};
use desk::{LedgerId, OutboxId, TicketId};
use mail::{Letter, MessageId};
use store::{Claim, KnownMessage, Tx, shared_identity};

use crate::{Result, context};

/// Word in the identity of a mail that was wrongly taken for a duplicate.
const NO_DUPLICATE: &str = "no-duplicate";

/// What a letter claims when it makes a comment.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// Message-ID, content, or, where another mail has the Message-ID, both.
    pub(crate) claims: String,
    /// The Message-ID's identity, when another mail has it.
    pub(crate) shares: Option<String>,
    pub(crate) fingerprint: Fingerprint,
}

impl Identity {
    /// The claim on it for a comment.
    pub(crate) fn claim<'a>(&'a self, known: &'a KnownMessage) -> Claim<'a> {
        Claim {
            identity: &self.claims,
            shares: self.shares.as_deref(),
            fingerprint: &self.fingerprint,
            known,
        }
    }
}

/// A letter among the mails that are there already.
#[derive(Default)]
pub(crate) struct Placed {
    pub(crate) identity: Option<Identity>,
    /// The mail that it is a copy of.
    pub(crate) known: Option<KnownMessage>,
    /// The copy was changed on the way.
    pub(crate) changed: bool,
    /// Another mail with its Message-ID.
    pub(crate) shares_id: Option<(MessageId, TicketId)>,
}

impl Placed {
    /// Looks for it. The letter's identity must be locked in `tx`. `own` is the mail of ours that it is a copy of.
    pub(crate) async fn load(
        tx: &Tx,
        letter: &Letter,
        files: Option<Vec<String>>,
        own: Option<OutboxId>,
    ) -> Result<Self> {
        let Some(claims) = context::identity(letter) else { return Ok(Self::default()) };
        let fingerprint = Fingerprint::of(letter, files);
        let mut identity = Identity { claims, shares: None, fingerprint };
        let known = tx.known_mails(&identity.claims, &letter.content_key).await?;
        let Some(first) = known.first() else {
            return Ok(Self { identity: Some(identity), ..Self::default() });
        };
        // Without a Message-ID the content itself is the identity.
        let compare = |kept: &Option<Fingerprint>| match kept {
            Some(kept) if letter.message_id.is_some() => kept.compare(&identity.fingerprint),
            _ => Comparison::Same,
        };
        let exact = shared_identity(&identity.claims, &letter.content_key);
        for mail in &known {
            let comparison = match mail.known.outbox {
                _ if mail.identity == exact => Comparison::Same,
                // Our own mails are told by their words, which stand in the outbox.
                Some(outbox) if mail.fingerprint.is_none() && own != Some(outbox) => Comparison::Different,
                _ => compare(&mail.fingerprint),
            };
            if comparison != Comparison::Different {
                let changed = comparison == Comparison::Changed;
                let known = Some(mail.known.clone());
                return Ok(Self { identity: Some(identity), known, changed, shares_id: None });
            }
        }
        let shares_id = letter.message_id.clone().map(|id| (id, first.known.ticket));
        identity.shares = Some(std::mem::replace(&mut identity.claims, exact));
        Ok(Self { identity: Some(identity), known: None, changed: false, shares_id })
    }

    /// Somebody has seen that the letter is no copy of what it was taken for: it is a mail of its own, once.
    pub(crate) fn is_no_duplicate(&mut self, letter: &Letter, row: LedgerId) {
        let (Some(identity), Some(known)) = (&mut self.identity, self.known.take()) else { return };
        let own = format!("{}#{NO_DUPLICATE}-{row}", identity.claims);
        identity.shares = Some(std::mem::replace(&mut identity.claims, own));
        self.shares_id = letter.message_id.clone().map(|id| (id, known.ticket));
        self.changed = false;
    }
}
