//! Replies that came before their originals: what is noted when one comes, and what is done when the original is there.

use desk::decide::Signal;
use desk::{CommentId, Status, TicketId};
use jiff::SignedDuration;
use mail::MessageId;
use store::Tx;

use crate::Result;
use crate::context::Loaded;

/// An original is waited for so long.
const AWAITED: SignedDuration = SignedDuration::from_hours(24 * 90);

/// After a letter has made a comment: it waits for what it answers, and nobody waits for it any more.
pub(crate) async fn note(tx: &Tx, loaded: &Loaded, joined: &[TicketId], comment: CommentId) -> Result<()> {
    if !loaded.unseen.is_empty() {
        tx.await_messages(comment, &loaded.unseen, tx.now + AWAITED).await?;
    }
    let Some(identity) = loaded.identity.as_ref().filter(|_| !loaded.early.is_empty()) else { return Ok(()) };
    if let Some(id) = identity.claims.strip_prefix("mid:").and_then(MessageId::parse) {
        for early in loaded.early.iter().filter(|early| joined.contains(&early.ticket)) {
            tx.add_signal(early.comment, &Signal::CameEarly { id: id.clone() }).await?;
        }
    }
    Ok(tx.no_longer_awaited(&identity.claims).await?)
}

/// Of two tickets that become one the older number stays: it is the one that a customer may have been told first.
pub(crate) async fn join(tx: &Tx, one: TicketId, two: TicketId) -> Result<()> {
    if one != two {
        tx.merge_ticket(one.max(two), one.min(two), None).await?;
    }
    Ok(())
}

/// Exchange has given an answer of ours another Message-ID than we did, and only the sent copy says which. A reply that came
/// before that was known stands in a ticket of its own: it joins the answer's, when its requester has a part in it.
/// Nothing is sent for it.
pub(crate) async fn sent_copy_seen(tx: &Tx, ticket: TicketId, id: &MessageId) -> Result<()> {
    let identity = format!("mid:{id}");
    let early = tx.awaiting(&identity).await?;
    if early.is_empty() {
        return Ok(());
    }
    for reply in early {
        let (own, other) = (tx.heir(ticket).await?, tx.heir(reply.ticket).await?);
        if own.id != other.id {
            let has_part = other.requester == own.requester || own.ccs.contains(&other.requester);
            if !has_part || [own.status, other.status].contains(&Status::Closed) {
                tracing::info!(ticket = other.id.0, answer = own.id.0, "an early reply stays where it is");
                continue;
            }
            join(tx, own.id, other.id).await?;
        }
        tx.add_signal(reply.comment, &Signal::CameEarly { id: id.clone() }).await?;
    }
    Ok(tx.no_longer_awaited(&identity).await?)
}
