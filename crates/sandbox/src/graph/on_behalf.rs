//! As whom a message leaves: as oneself, as another mailbox (Send As), or on its behalf (graph.md 5).

use super::answer::Problem;
use super::{Ctx, reach};
use crate::world::message::{Message, Party};
use crate::world::transport::Face;

/// From and sender of a message that is about to be sent, or why it may not be.
pub fn face(ctx: &Ctx<'_>, message: &Message) -> Result<Face, Problem> {
    let asked = message.content().from.as_ref().filter(|f| !f.address.is_empty());
    let principal = match asked {
        Some(from) if !ctx.is_own_address(&from.address) => {
            let found = ctx.world.person(&from.address).filter(|p| p.tenant == ctx.who.tenant);
            found.map(|p| p.id.clone()).ok_or_else(denied)?
        }
        _ => ctx.owner.clone(),
    };
    let party = |id: &str| ctx.party_of(id).ok_or_else(denied);
    // An application by itself acts as the mailbox it works in.
    let actor = if ctx.who.app_only { ctx.owner.clone() } else { ctx.who.person.clone() };
    if principal == actor {
        let own: Party = party(&actor)?;
        return Ok(Face { from: own.clone(), sender: own });
    }
    if ctx.who.app_only {
        return Err(denied());
    }
    let rights = ctx.world.rights_on(&principal, &actor);
    if rights.may_send() && !reach::may_send_for_others(ctx.who) {
        return Err(Problem::access_denied());
    }
    let from = party(&principal)?;
    match (rights.send_as, rights.may_send()) {
        (true, _) => Ok(Face { sender: from.clone(), from }),
        (false, true) => Ok(Face { sender: party(&actor)?, from }),
        (false, false) => Err(denied()),
    }
}

fn denied() -> Problem {
    Problem::new(
        403,
        "ErrorSendAsDenied",
        "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account. Cannot submit message.",
    )
}
