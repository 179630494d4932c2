//! A suspended mail that an agent lets in: the rules of [`crate::decide`], with whatever keeps a mail out set aside.
//! What the mail *is* stays: a copy of one that is there already is still a copy, an automatic mail still automatic.

use mail::{Address, Letter, Mailbox};

use crate::admission::{Admission, Verdict};
use crate::decide::{Context, Decision, NOBODY, Outcome, author, decide, ticket};
use crate::place;

/// The ledger's word for the decision that an agent made.
pub const RECOVERED: &str = "recovered";

/// Decides as [`decide`] does, but neither suspends nor rejects.
pub fn recover(letter: &Letter, context: &Context) -> Decision {
    let mut context = context.clone();
    context.recent = context.recent.calm();
    context.admission = Admission { verdict: Verdict::Admitted, ..context.admission };
    let decision = decide(letter, &context);
    if !matches!(decision.outcome, Outcome::Suspended(_) | Outcome::Rejected(_)) {
        return decision;
    }
    // A support address is never a person: a mail by one is nobody's until an agent says whose it is.
    let ours = |address: &Address| context.support_addresses.contains(address);
    let writer = author(letter, ours).filter(|author| !ours(&author.address)).cloned();
    let nobody = || Address::parse(NOBODY).map(|address| Mailbox { name: String::new(), address });
    let known = writer.is_some();
    let Some(writer) = writer.or_else(nobody) else { return decision };
    if !known {
        context.author = None;
    }
    let outcome = match context.referenced.first() {
        Some(referenced) if known => crate::reply::place(letter, &context, &writer, referenced).0,
        _ => {
            let mut plan = ticket(letter, &context, &writer);
            plan.comment.automatic |= crate::decide::machine(letter, &writer).is_some();
            Outcome::NewTicket(plan)
        }
    };
    let (signals, conflicts) = place::explain(letter, &context, &outcome);
    let joins = place::joins(letter, &context, &outcome);
    Decision { outcome, reason: RECOVERED.to_owned(), signals, conflicts, joins, ..decision }
}
