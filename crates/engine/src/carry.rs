//! Carrying a decision out: tickets, comments, people, files and history of one letter, in the transaction of its outcome.

use desk::decide::{Author, CommentPlan, Decision, Doubt, Outcome, TicketPlan, Way};
use desk::flood::Verdict;
use desk::ticket::{CommentMail, Via};
use desk::trigger::{Event, EventComment};
use desk::{CommentId, Person, Role, Status, Ticket, TicketId};
use jiff::{SignedDuration, Timestamp};
use mail::{Address, Letter, Mailbox};
use store::{
    AuditEvent, Form, KnownMessage, NewAttachment, NewComment, NewSuspended, NewTicket, OutboxRow, SeenBy,
    TicketChange, Topic, Tx,
};

use crate::context::{self, Loaded, Place};
use crate::intake::{Arrived, Original};
use crate::{Engine, Error, Result, by_agent};

/// Longest text of a comment in characters (zendesk.md 4.1). The whole stays in the journal.
const LONGEST_TEXT: usize = 65_000;
/// Longest subject in characters.
const LONGEST_SUBJECT: usize = 1_000;
/// Longest name of a person in characters.
pub(crate) const LONGEST_NAME: usize = 200;
/// Characters of a suspended mail that its list shows.
const EXCERPT: usize = 300;

/// Tag of every imported ticket; those of a mailbox have `import-` and the import's number beside it.
const IMPORTED: &str = "imported";
/// Tag of a ticket of which a mail could not be delivered.
const FAILED: &str = "system_email_notification_failure";

/// A decision being carried out.
pub(crate) struct Carrying<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) tx: &'a Tx,
    pub(crate) place: &'a Place,
    pub(crate) arrived: &'a Arrived,
    pub(crate) way: Way,
    pub(crate) loaded: &'a Loaded,
    pub(crate) decision: &'a Decision,
    /// Whether what is made carries the mail's own date, as old mail does always.
    pub(crate) dated: bool,
}

impl Carrying<'_> {
    /// The ticket concerned and the comment made.
    pub(crate) async fn out(&self) -> Result<(Option<TicketId>, Option<CommentId>)> {
        match &self.decision.outcome {
            Outcome::NewTicket(plan) | Outcome::Unreadable(plan) => self.new_ticket(plan, None).await,
            Outcome::FollowUp { of, plan } => self.new_ticket(plan, Some(*of)).await,
            Outcome::Reply { ticket, comment, status, add_ccs } => {
                let made = self.reply(*ticket, comment, *status, add_ccs).await?;
                for other in &self.decision.joins {
                    let own = self.tx.heir(*ticket).await?.id;
                    crate::late::join(self.tx, own, *other).await?;
                }
                Ok(made)
            }
            Outcome::Duplicate(known) => Ok((Some(known.ticket), None)),
            Outcome::OwnMail(_) => Ok((self.loaded.own.as_ref().and_then(|row| row.mail.ticket), None)),
            Outcome::Bounce(bounced) => self.bounce(bounced.ticket).await,
            Outcome::Suspended(cause) => {
                self.loop_stopped_at_ticket().await?;
                let letter = &self.arrived.letter;
                self.tx
                    .suspend(&NewSuspended {
                        ledger: self.arrived.id,
                        cause: *cause,
                        author: sender(letter),
                        author_address: self.author_address(),
                        subject: subject(letter),
                        excerpt: storable(&cut(letter.fresh.trim(), EXCERPT)),
                    })
                    .await?;
                Ok((None, None))
            }
            Outcome::Rejected(_) => {
                self.loop_stopped_at_ticket().await?;
                Ok((None, None))
            }
        }
    }

    /// The ticket that a mail would have gone to says that mails about it wait.
    async fn loop_stopped_at_ticket(&self) -> Result<()> {
        if let (Verdict::Suspended(window) | Verdict::Rejected(window), Some(referenced)) =
            (self.decision.flood, self.loaded.context.referenced.first())
        {
            self.tx.falls_silent(referenced.ticket, window).await?;
        }
        Ok(())
    }

    async fn new_ticket(
        &self,
        plan: &TicketPlan,
        follows: Option<TicketId>,
    ) -> Result<(Option<TicketId>, Option<CommentId>)> {
        let requester = self.person(&plan.requester).await?;
        let author = if plan.comment.author == plan.requester {
            requester.clone()
        } else {
            self.person(&plan.comment.author).await?
        };
        let mut ccs = Vec::with_capacity(plan.ccs.len());
        for cc in &plan.ccs {
            let id = self.ensure(cc).await?.id;
            if id != requester.id && !ccs.contains(&id) {
                ccs.push(id);
            }
        }
        let via = match (self.way, follows) {
            (Way::Import, _) => Via::Import,
            (Way::Live, Some(_)) => Via::FollowUp,
            (Way::Live, None) => Via::Email,
        };
        let new = NewTicket {
            brand: self.place.brand,
            address: self.place.address,
            subject: storable(&cut(&plan.subject, LONGEST_SUBJECT)),
            status: Status::New,
            requester: requester.id,
            ccs,
            tags: self.tags(plan),
            follows,
            via,
            created_at: self.written_at(),
        };
        let by = self.decision.by_agent.as_ref();
        let agent = self.loaded.context.author.as_ref().map(|person| person.id).filter(|_| by.is_some());
        let mut ticket = self.tx.create_ticket(&new, Some(agent.unwrap_or(author.id))).await?;
        // The first comment shows the whole mail: what it quotes is nowhere else in the desk.
        let (id, comment) = self.comment(ticket.id, &author, &plan.comment, false).await?;
        if let (Some(by), Some(agent)) = (by, agent) {
            if let Some(text) = &by.note {
                let text = storable(&cut(text, LONGEST_TEXT));
                self.tx.add_comment(&by_agent::note(&ticket, agent, &text, &comment)).await?;
            }
            let mut change = TicketChange::default();
            let not_done = by_agent::complete(self.tx, by, agent, &ticket, &mut change).await?;
            by_agent::tell(self.tx, ticket.id, agent, id, not_done).await?;
            if change != TicketChange::default() {
                ticket = self.tx.change_ticket(ticket.id, &change, Some(agent)).await?;
            }
        }
        ticket.is_public |= comment.public;
        let ticket_id = ticket.id;
        self.triggers(None, ticket, author, id, &comment).await?;
        Ok((Some(ticket_id), Some(id)))
    }

    fn author_address(&self) -> String {
        let author = desk::decide::author(&self.arrived.letter, |address| self.place.ours.contains(address));
        author.map(|author| author.address.to_string()).unwrap_or_default()
    }

    /// An imported ticket says that it is one, so that rules may leave it out; a follow-up of one does not take that over.
    fn tags(&self, plan: &TicketPlan) -> Vec<String> {
        let of_import = |tag: &String| tag == IMPORTED || tag.strip_prefix("import-").is_some_and(is_number);
        let mut tags: Vec<String> = plan.tags.iter().filter(|tag| !of_import(tag)).cloned().collect();
        if self.way == Way::Import {
            tags.push(IMPORTED.to_owned());
        }
        if let SeenBy::Import(run) = self.arrived.seen_by {
            tags.push(format!("import-{run}"));
        }
        tags
    }

    async fn reply(
        &self,
        ticket: TicketId,
        plan: &CommentPlan,
        status: Option<Status>,
        add_ccs: &[Mailbox],
    ) -> Result<(Option<TicketId>, Option<CommentId>)> {
        let before = match self.loaded.tickets.get(&ticket) {
            Some(before) => before.clone(),
            None => self.tx.ticket(ticket).await?,
        };
        let author = self.person(&plan.author).await?;
        let (id, comment) = self.comment(ticket, &author, plan, true).await?;
        let mut change = TicketChange { status, ..TicketChange::default() };
        for cc in add_ccs {
            let person = self.ensure(cc).await?.id;
            if person != before.requester
                && !before.ccs.contains(&person)
                && !change.add_ccs.contains(&person)
            {
                change.add_ccs.push(person);
            }
        }
        if let Some(by) = &self.decision.by_agent {
            let not_done = by_agent::complete(self.tx, by, author.id, &before, &mut change).await?;
            by_agent::tell(self.tx, ticket, author.id, id, not_done).await?;
        }
        let mut after = if change == TicketChange::default() {
            before.clone()
        } else {
            self.tx.change_ticket(ticket, &change, Some(author.id)).await?
        };
        after.is_public |= comment.public;
        if self.early_reply().is_some() && self.way == Way::Live {
            self.tx.touch_ticket(ticket).await?;
        }
        self.triggers(Some(before), after, author, id, &comment).await?;
        Ok((Some(ticket), Some(id)))
    }

    /// The failure is shown at the mail that bounced and in the ticket's history.
    /// The failure is shown at the mail that bounced and in the ticket's history; the ticket is tagged, as desks do it
    /// (zendesk.md 2.5). Nothing else of the ticket changes, and no trigger runs.
    async fn bounce(&self, ticket: Option<TicketId>) -> Result<(Option<TicketId>, Option<CommentId>)> {
        let letter = &self.arrived.letter;
        let reason = letter.bounce_reason.clone().unwrap_or_else(|| letter.subject.clone());
        let reason = storable(&cut(&reason, LONGEST_SUBJECT));
        if let Some(row) = &self.loaded.bounced {
            let to = self.not_reached(row);
            self.tx.note_bounce(row.id, &to, &reason).await?;
            if let Some(ticket) = ticket {
                let to: Vec<_> = to.iter().map(ToString::to_string).collect();
                let reason = if to.is_empty() { reason } else { format!("{}: {reason}", to.join(", ")) };
                let event = AuditEvent::DeliveryFailure { comment: row.mail.comment, reason };
                self.tx.audit(ticket, None, &event).await?;
                let tag = TicketChange { add_tags: vec![FAILED.to_owned()], ..TicketChange::default() };
                self.tx.change_ticket(ticket, &tag, None).await?;
                self.tx.changed(Topic::Ticket(ticket)).await?;
            }
        }
        Ok((ticket, None))
    }

    /// Those of the mail's recipients whom the bounce names; of a mail to one person that one, whatever it names.
    fn not_reached(&self, row: &OutboxRow) -> Vec<Address> {
        let recipients: Vec<_> =
            row.mail.to.iter().chain(&row.mail.cc).map(|to| to.address.clone()).collect();
        if let [only] = recipients.as_slice() {
            return vec![only.clone()];
        }
        let named = context::named(&self.arrived.letter, self.place);
        recipients.into_iter().filter(|to| named.contains(to)).collect()
    }

    async fn person(&self, author: &Author) -> Result<Person> {
        match author {
            Author::New(mailbox) => self.ensure(mailbox).await,
            Author::Known(id) => match &self.loaded.context.author {
                Some(person) if person.id == *id => self.named(person).await,
                _ => self.tx.people(&[*id]).await?.into_iter().next().ok_or(Error::NotFound),
            },
        }
    }

    /// Who has had no name but the address gets the one that stands in the mail.
    async fn named(&self, person: &Person) -> Result<Person> {
        let letter = &self.arrived.letter;
        let author = desk::decide::author(letter, |address| self.place.ours.contains(address));
        let name = author.map(|author| storable(&cut(author.name.trim(), LONGEST_NAME))).unwrap_or_default();
        if person.name != person.email.as_str() || name.is_empty() || letter.auth == mail::AuthVerdict::Fail {
            return Ok(person.clone());
        }
        self.tx.name_person(person, &name).await?;
        Ok(Person { name, ..person.clone() })
    }

    async fn ensure(&self, who: &Mailbox) -> Result<Person> {
        let who = Mailbox { name: storable(&cut(&who.name, LONGEST_NAME)), address: who.address.clone() };
        // Anything but kana says too little about the language a person wants to be written to in.
        let language = self.arrived.letter.is_japanese().then_some(desk::Language::Ja);
        Ok(self.tx.ensure_end_user(&who, language).await?)
    }

    /// Old mail keeps its own date, but is never from the future. An original that came after its reply stands before it.
    fn written_at(&self) -> Option<Timestamp> {
        let date = self.arrived.letter.date.or(self.arrived.received_at);
        if let Some(reply) = self.early_reply() {
            let before = reply - SignedDuration::from_micros(1);
            return Some(
                date.filter(|date| *date < reply && *date >= Timestamp::UNIX_EPOCH).unwrap_or(before),
            );
        }
        let dated = self.dated || self.way == Way::Import;
        date.filter(|date| dated && *date <= self.tx.now && *date >= Timestamp::UNIX_EPOCH)
    }

    /// When the first reply to the letter was written, if it stands in the ticket the letter is put in.
    fn early_reply(&self) -> Option<Timestamp> {
        let Outcome::Reply { ticket, .. } = &self.decision.outcome else { return None };
        let early = self.loaded.early.iter();
        early.filter(|early| early.ticket == *ticket).map(|early| early.at).min()
    }

    async fn comment(
        &self,
        ticket: TicketId,
        author: &Person,
        plan: &CommentPlan,
        only_fresh: bool,
    ) -> Result<(CommentId, NewComment)> {
        let letter = &self.arrived.letter;
        let ordered = self.decision.by_agent.as_ref().and_then(|by| by.text.as_ref());
        let (text, full_text) = match ordered {
            Some(without_orders) => beside_the_whole(without_orders, letter),
            None => words(letter, only_fresh),
        };
        let attachments = files(self.arrived);
        let comment = NewComment {
            ticket,
            author: author.id,
            public: plan.public,
            full_text,
            text,
            has_html: letter.html.is_some(),
            via: if self.way == Way::Import { Via::Import } else { Via::Email },
            automatic: plan.automatic,
            mail: Some(CommentMail {
                signals: self.decision.signals.clone(),
                conflicts: self.decision.conflicts.clone(),
                spoof: plan.spoof.is_some(),
                doubt: plan.spoof,
                ..envelope(letter)
            }),
            created_at: self.written_at(),
            attachments,
        };
        let id = self.tx.add_comment(&comment).await?;
        // Before the triggers: what they send answers this mail.
        if let Some(identity) = &self.loaded.identity {
            let ledger = Some(self.arrived.id);
            let known = KnownMessage { ticket, comment: Some(id), ledger, outbox: None };
            self.tx.claim_mail(&identity.claim(&known)).await?;
        }
        Ok((id, comment))
    }

    /// Runs the triggers. For old mail they are not even looked at: nothing may be sent for it.
    async fn triggers(
        &self,
        before: Option<Ticket>,
        ticket: Ticket,
        actor: Person,
        id: CommentId,
        comment: &NewComment,
    ) -> Result<()> {
        if self.way == Way::Import {
            return Ok(());
        }
        // Whoever answered a colleague's mail has it already.
        if self.early_reply().is_some() && actor.role.is_staff() {
            return Ok(());
        }
        let quiet = match self.decision.flood {
            Verdict::Quiet(window) if !comment.automatic => {
                self.tx.falls_silent(ticket.id, window).await?;
                true
            }
            Verdict::Quiet(_) => true,
            _ => false,
        };
        // Who is not proved to be staff sets off what a customer does.
        let doubt = comment.mail.as_ref().and_then(|mail| mail.doubt);
        let actor = match doubt.is_some_and(Doubt::is_about_staff) {
            true => Person { role: Role::EndUser, ..actor },
            false => actor,
        };
        let event = Event {
            before,
            ticket,
            comment: Some(EventComment { public: comment.public, automatic: comment.automatic }),
            actor,
            via: Via::Email,
            quiet,
        };
        // Of a mail that was passed on, the customer knows another one.
        let on_behalf = self.decision.by_agent.as_ref().is_some_and(|by| by.on_behalf);
        let mail = self.arrived.letter.message_id.as_ref().filter(|_| !on_behalf);
        crate::notify::after(self.engine, self.tx, &event, Some((id, comment)), mail).await
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a comment shows of a letter: (the new text, the whole where it differs).
pub(crate) fn words(letter: &Letter, only_fresh: bool) -> (String, Option<String>) {
    let fresh = only_fresh && !letter.fresh.trim().is_empty();
    beside_the_whole(if fresh { &letter.fresh } else { &letter.text }, letter)
}

/// What a comment shows, and the whole text where it says more.
fn beside_the_whole(text: &str, letter: &Letter) -> (String, Option<String>) {
    let text = storable(&cut(text, LONGEST_TEXT));
    let whole = storable(&cut(&letter.text, LONGEST_TEXT));
    let differs = whole != text;
    (text, differs.then_some(whole))
}

/// The files of a comment: those of the letter, and the original where it could not be read.
pub(crate) fn files(arrived: &Arrived) -> Vec<NewAttachment> {
    let mut files = arrived.files.clone();
    if arrived.letter.unreadable.is_some() {
        files.push(original_file(&arrived.original));
    }
    files
}

/// What stands on a mail beside its words. What placed it there is added by whoever decided.
pub(crate) fn envelope(letter: &Letter) -> CommentMail {
    CommentMail {
        from: letter.from.clone().map(clean),
        reply_to: letter.reply_to.clone().filter(|to| Some(to) != letter.from.as_ref()).map(clean),
        to: letter.to.iter().cloned().map(clean).collect(),
        cc: letter.cc.iter().cloned().map(clean).collect(),
        subject: subject(letter),
        signals: Vec::new(),
        conflicts: Vec::new(),
        spoof: false,
        doubt: None,
        invitation: letter.invitation.clone().map(storable_invitation),
        protection: letter.protection,
    }
}

/// The raw original as a file of the comment.
fn original_file(original: &Original) -> NewAttachment {
    let (name, content_type) = match original.form {
        Form::Mime => ("original.eml", "message/rfc822"),
        Form::GraphJson => ("original.json", "application/json"),
    };
    NewAttachment {
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        content_id: None,
        inline: false,
        size: original.size,
        blob: original.blob.clone(),
        finding: None,
    }
}

/// Who wrote it, for people.
pub(crate) fn sender(letter: &Letter) -> String {
    match &letter.from {
        None => String::new(),
        Some(from) if from.name.is_empty() => from.address.to_string(),
        Some(from) => format!("{} <{}>", storable(&cut(&from.name, LONGEST_NAME)), from.address),
    }
}

/// The subject as the desk keeps it.
pub(crate) fn subject(letter: &Letter) -> String {
    storable(&cut(&letter.subject, LONGEST_SUBJECT))
}

fn clean(mailbox: Mailbox) -> Mailbox {
    Mailbox { name: storable(&mailbox.name), ..mailbox }
}

pub(crate) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned(),
        None => text.to_owned(),
    }
}

/// PostgreSQL keeps no NUL in a text; nobody can see one either.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "")
}

/// Texts of a calendar as the databases take them.
fn storable_invitation(invitation: mail::Invitation) -> mail::Invitation {
    mail::Invitation {
        title: storable(&invitation.title),
        place: invitation.place.as_deref().map(storable),
        organizer: invitation.organizer.map(clean),
        ..invitation
    }
}
