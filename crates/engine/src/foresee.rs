//! The desk as it would be after the mails that a preview has looked at: so that the answer to a mail of the same import is
//! foreseen as a reply, and its copy as a duplicate. Nothing of it is written anywhere; `desk::decide` itself is the same.

use std::collections::HashMap;

use desk::decide::{Author, Context, Decision, Known, Outcome, Referenced, Signal, TicketPlan};
use desk::sameness::{Comparison, Fingerprint};
use desk::{CommentId, Person, PersonId, Role, Status, TicketId};
use mail::{Address, Letter, Mailbox, MessageId};
use store::Tx;

use crate::{Result, context};

/// What the mails so far would have made. Made-up ids are negative.
#[derive(Default)]
pub(crate) struct Imagined {
    /// Tickets by the identity of the mails in them; senders that give several mails one Message-ID have several.
    identities: HashMap<String, Vec<(TicketId, Fingerprint)>>,
    /// Tickets of early replies, by the identity of the mail they answer.
    awaiting: HashMap<String, Vec<TicketId>>,
    /// Imagined tickets, and real ones as they would be now.
    tickets: HashMap<TicketId, Referenced>,
    people: HashMap<Address, Person>,
    last_id: i64,
}

impl Imagined {
    /// Adds to what the database knows what it would know.
    pub(crate) fn add_to(&self, context: &mut Context, letter: &Letter, author: Option<&Mailbox>) {
        if context.author.is_none() {
            context.author = author.and_then(|author| self.people.get(&author.address)).cloned();
        }
        if context.known.is_none()
            && let Some(identity) = context::identity(letter)
        {
            self.find_same(context, letter, &identity);
            self.find_early(context, letter, &identity);
        }
        for referenced in &mut context.referenced {
            if let Some(now) = self.tickets.get(&referenced.ticket) {
                *referenced = Referenced {
                    signal: referenced.signal.clone(),
                    also: std::mem::take(&mut referenced.also),
                    private_texts: std::mem::take(&mut referenced.private_texts),
                    ..now.clone()
                };
            }
        }
        let ids: Vec<&MessageId> =
            letter.in_reply_to.iter().chain(letter.references.iter().rev()).take(100).collect();
        for id in &ids {
            let Some((imagined, _)) =
                self.identities.get(&format!("mid:{id}")).and_then(|mails| mails.first())
            else {
                continue;
            };
            let Some(ticket) = self.tickets.get(imagined) else { continue };
            if context.referenced.iter().any(|known| known.ticket == ticket.ticket) {
                continue;
            }
            let id = (*id).clone();
            let signal = if letter.in_reply_to.contains(&id) {
                Signal::InReplyTo { id }
            } else {
                Signal::References { id }
            };
            context.referenced.push(Referenced { signal, ..ticket.clone() });
        }
        // The best signal first, as the database answers it: tokens, then the ids in their order.
        context.referenced.sort_by_key(|referenced| match &referenced.signal {
            Signal::InReplyTo { id } | Signal::References { id } => {
                1 + ids.iter().position(|known| *known == id).unwrap_or(ids.len())
            }
            _ => 0,
        });
    }

    fn find_same(&self, context: &mut Context, letter: &Letter, identity: &str) {
        let Some(mails) = self.identities.get(identity) else { return };
        let fingerprint = Fingerprint::of(letter, None);
        for (ticket, kept) in mails {
            let comparison =
                if letter.message_id.is_some() { kept.compare(&fingerprint) } else { Comparison::Same };
            if comparison != Comparison::Different {
                let changed = comparison == Comparison::Changed;
                context.known =
                    Some(Known { ledger: None, ticket: *ticket, comment: CommentId(-1), changed });
                return;
            }
        }
        let first = mails.first().map(|(ticket, _)| *ticket);
        context.shares_id = context.shares_id.take().or(letter.message_id.clone().zip(first));
    }

    fn find_early(&self, context: &mut Context, letter: &Letter, identity: &str) {
        let Some(id) = &letter.message_id else { return };
        for ticket in self.awaiting.get(identity).into_iter().flatten() {
            if let Some(early) = self.tickets.get(ticket)
                && context.referenced.iter().chain(&context.awaiting).all(|known| known.ticket != *ticket)
            {
                let signal = Signal::Awaited { id: id.clone(), comment: CommentId(-1) };
                context.awaiting.push(Referenced { signal, ..early.clone() });
            }
        }
    }

    /// Remembers what this decision would have made.
    pub(crate) async fn carry(
        &mut self,
        tx: &Tx,
        context: &Context,
        letter: &Letter,
        decision: &Decision,
    ) -> Result<()> {
        let ticket = match &decision.outcome {
            Outcome::NewTicket(plan) | Outcome::FollowUp { plan, .. } | Outcome::Unreadable(plan) => {
                self.ticket(tx, context, plan).await?
            }
            Outcome::Reply { ticket, comment, status, add_ccs } => {
                let Some(before) = context.referenced.iter().find(|known| known.ticket == *ticket) else {
                    return Ok(());
                };
                let mut after = before.clone();
                self.person(tx, context, &comment.author).await?;
                for cc in add_ccs {
                    let cc = self.ensure(tx, cc).await?.id;
                    if cc != after.requester && !after.ccs.contains(&cc) {
                        after.ccs.push(cc);
                    }
                }
                after.status = status.unwrap_or(after.status);
                after.is_public |= comment.public;
                self.tickets.insert(*ticket, after);
                *ticket
            }
            _ => return Ok(()),
        };
        if let Some(identity) = context::identity(letter) {
            let mail = (ticket, Fingerprint::of(letter, None));
            self.identities.entry(identity).or_default().push(mail);
        }
        for answered in letter.in_reply_to.iter().chain(&letter.references) {
            self.awaiting.entry(format!("mid:{answered}")).or_default().push(ticket);
        }
        Ok(())
    }

    async fn ticket(&mut self, tx: &Tx, context: &Context, plan: &TicketPlan) -> Result<TicketId> {
        let requester = self.person(tx, context, &plan.requester).await?;
        self.person(tx, context, &plan.comment.author).await?;
        let mut ccs = Vec::with_capacity(plan.ccs.len());
        for cc in &plan.ccs {
            let id = self.ensure(tx, cc).await?.id;
            if id != requester.id && !ccs.contains(&id) {
                ccs.push(id);
            }
        }
        let ticket = TicketId(self.next_id());
        let imagined = Referenced {
            // Replaced by the signal of whatever letter refers to it.
            signal: Signal::Token { ticket },
            also: Vec::new(),
            ticket,
            status: Status::New,
            requester: requester.id,
            requester_addresses: vec![requester.email],
            assignee: None,
            ccs,
            tags: plan.tags.clone(),
            is_public: plan.comment.public,
            private_texts: Vec::new(),
        };
        self.tickets.insert(ticket, imagined);
        Ok(ticket)
    }

    async fn person(&mut self, tx: &Tx, context: &Context, author: &Author) -> Result<Person> {
        match author {
            Author::New(mailbox) => self.ensure(tx, mailbox).await,
            Author::Known(id) => {
                let known = context.author.clone().filter(|person| person.id == *id);
                let imagined = || self.people.values().find(|person| person.id == *id).cloned();
                match known.or_else(imagined) {
                    Some(person) => Ok(person),
                    None => tx.people(&[*id]).await?.into_iter().next().ok_or(crate::Error::NotFound),
                }
            }
        }
    }

    async fn ensure(&mut self, tx: &Tx, who: &Mailbox) -> Result<Person> {
        if let Some(known) = self.people.get(&who.address) {
            return Ok(known.clone());
        }
        let person = match tx.person_by_address(&who.address).await? {
            Some(known) => known,
            None => Person {
                id: PersonId(self.next_id()),
                name: who.name.clone(),
                email: who.address.clone(),
                role: Role::EndUser,
                language: None,
            },
        };
        self.people.insert(who.address.clone(), person.clone());
        Ok(person)
    }

    fn next_id(&mut self) -> i64 {
        self.last_id -= 1;
        self.last_id
    }
}
