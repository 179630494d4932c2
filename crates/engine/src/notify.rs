//! From a ticket event to outbox rows: triggers, recipients, suppression, texts. What templates may name stands in `values.rs`.

mod values;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use desk::template::{Fault, MailTemplate};
use desk::trigger::{Effect, Event, Recipients};
use desk::{Comment, CommentId, Language, Person, PersonId, Ticket, TicketId, TriggerId, placeholder};
use mail::{Address, Mailbox, MessageId};
use store::{
    AuditEvent, NewComment, NewOutbox, OutboxFile, StoredAttachment, SupportAddress, TicketChange, Tx,
    Urgency,
};

use crate::letter_out::{self, Body, LeftOut};
use crate::mail_zone::MailZone;
use crate::writing::{self, MailRules};
use crate::{Engine, Result, file_links, texts};

/// Language of people who have none.
const FALLBACK: Language = Language::En;
/// Comments looked at for placeholders and the quotation.
const COMMENTS_READ: u32 = 12;

/// Runs the triggers over an event inside the transaction that made it: changes the ticket, adds outbox rows and audits.
/// `comment` is the comment that came with the event, as it was added; `mail` is the Message-ID of the mail it came by, which the
/// ticket's thread does not know yet.
pub(crate) async fn after(
    engine: &Engine,
    tx: &Tx,
    event: &Event,
    comment: Option<(CommentId, &NewComment)>,
    mail: Option<&MessageId>,
) -> Result<()> {
    let triggers = engine.inner.store.active_triggers().await?;
    let mut ticket = event.ticket.clone();
    let mut notices = Vec::new();
    for effect in desk::trigger::run(&triggers, event) {
        let change = match effect {
            Effect::SetPriority(_, priority) => {
                TicketChange { priority: Some(Some(priority)), ..TicketChange::default() }
            }
            Effect::Assign(_, person) => {
                TicketChange { assignee: Some(Some(person)), ..TicketChange::default() }
            }
            Effect::SetGroup(_, group) => {
                TicketChange { group: Some(Some(group)), ..TicketChange::default() }
            }
            Effect::Notify { trigger, to, subject, body } => {
                notices.push(Notice { trigger, to, subject, body });
                continue;
            }
        };
        ticket = tx.change_ticket(ticket.id, &change, None).await?;
    }
    if notices.is_empty() {
        return Ok(());
    }
    let mut scene = Scene::load(engine, tx, event, ticket, comment).await?;
    // Customers have their own mail, and not the one by which an agent wrote to the desk.
    scene
        .thread
        .extend(mail.filter(|id| !event.actor.role.is_staff() && !scene.thread.contains(id)).cloned());
    for notice in &notices {
        for group in scene.recipients(notice.to) {
            scene.send(tx, notice, &group).await?;
        }
    }
    Ok(())
}

/// The ticket and those merged into it whose requesters have a part in it: what its people may read and their programs know. Of the
/// others nothing is quoted to them.
async fn conversation(tx: &Tx, ticket: &Ticket) -> Result<Vec<TicketId>> {
    let merged = tx.merged_tickets(ticket.id).await?.into_iter();
    let has_part =
        |other: &Ticket| other.requester == ticket.requester || ticket.ccs.contains(&other.requester);
    Ok([ticket.id].into_iter().chain(merged.filter(has_part).map(|other| other.id)).collect())
}

/// Asked for only where somebody's mail named recipients itself.
async fn other_addresses(
    tx: &Tx,
    ticket: &Ticket,
    comment: Option<&NewComment>,
) -> Result<HashMap<PersonId, Vec<Address>>> {
    let mut found = HashMap::new();
    if comment.is_some_and(|comment| comment.mail.is_some()) {
        for id in [ticket.requester].into_iter().chain(ticket.ccs.iter().copied()) {
            found.insert(id, tx.other_addresses(id).await?);
        }
    }
    Ok(found)
}

/// The address a ticket is answered from: its own, else the default one.
pub(crate) fn reply_address<'a>(
    addresses: &'a [SupportAddress],
    ticket: &Ticket,
) -> Option<&'a SupportAddress> {
    let own = addresses.iter().find(|address| Some(address.id) == ticket.address);
    own.or_else(|| addresses.iter().find(|address| address.is_default))
}

/// A mail that a trigger wants sent.
struct Notice {
    trigger: TriggerId,
    to: Recipients,
    subject: String,
    body: String,
}

/// People who get one and the same mail.
#[derive(Debug, PartialEq)]
struct Group {
    language: Language,
    to: Vec<Person>,
    cc: Vec<Person>,
    /// Agents see internal notes and links into the desk.
    staff: bool,
}

/// Everything that the mails about one event are made of.
struct Scene<'a> {
    engine: &'a Engine,
    event: &'a Event,
    ticket: Ticket,
    comment: Option<(CommentId, &'a NewComment)>,
    people: HashMap<PersonId, Person>,
    staff: Vec<Person>,
    addresses: Vec<SupportAddress>,
    ours: Arc<HashSet<Address>>,
    /// Newest first, the event's own included.
    comments: Vec<Comment>,
    thread: Vec<MessageId>,
    /// The newest mail of the thread that is not ours.
    newest_received: Option<MessageId>,
    /// The customers' addresses beside their primary ones, where it matters who had the mail already.
    other_addresses: HashMap<PersonId, Vec<Address>>,
    template: MailTemplate,
    rules: MailRules,
    zone: MailZone,
    /// The ticket's first comment.
    first: Option<Comment>,
    /// The stored files of the event's comment.
    files: Vec<StoredAttachment>,
}

impl<'a> Scene<'a> {
    async fn load(
        engine: &'a Engine,
        tx: &Tx,
        event: &'a Event,
        ticket: Ticket,
        comment: Option<(CommentId, &'a NewComment)>,
    ) -> Result<Self> {
        let tickets = conversation(tx, &ticket).await?;
        let comments = tx.latest_comments(&tickets, COMMENTS_READ).await?;
        let mut ids: Vec<PersonId> = comments.iter().map(|comment| comment.author).collect();
        ids.push(ticket.requester);
        ids.extend(ticket.assignee);
        ids.extend(&ticket.ccs);
        ids.sort();
        ids.dedup();
        let people = tx.people(&ids).await?.into_iter().map(|person| (person.id, person)).collect();
        Ok(Self {
            people,
            staff: tx.staff().await?,
            addresses: tx.ways_out(ticket.address).await?,
            ours: engine.inner.store.own_addresses().await?,
            thread: tx.thread(&tickets).await?,
            newest_received: tx.newest_received(&tickets).await?,
            other_addresses: other_addresses(tx, &ticket, comment.map(|(_, comment)| comment)).await?,
            template: writing::template(engine).await?,
            rules: writing::rules(engine).await?,
            zone: MailZone::load(engine).await?,
            first: match comments.last() {
                Some(oldest) if comments.len() < COMMENTS_READ as usize => Some(oldest.clone()),
                _ => tx.description(ticket.id).await?,
            },
            files: match comment {
                Some((id, new)) if !new.attachments.is_empty() => {
                    without_quoted_pictures(engine, id, tx.files_of(id).await?).await?
                }
                _ => Vec::new(),
            },
            engine,
            event,
            ticket,
            comment,
            comments,
        })
    }

    /// Who gets a notice, grouped by language. Never a support address; never the one who did it, save for the receipt of
    /// a new request.
    fn recipients(&self, to: Recipients) -> Vec<Group> {
        match to {
            Recipients::RequesterAndCcs => self.customers(true),
            Recipients::RequesterId => self.customers(false),
            Recipients::AssigneeId => {
                let assignee = self.ticket.assignee.and_then(|id| self.people.get(&id));
                self.agents(assignee.into_iter())
            }
            // Groups have no members yet.
            Recipients::GroupId => Vec::new(),
            Recipients::AllAgents => self.agents(self.staff.iter()),
        }
    }

    fn customers(&self, with_ccs: bool) -> Vec<Group> {
        if self.event.comment.as_ref().is_some_and(|comment| !comment.public) {
            return Vec::new();
        }
        let created = self.event.before.is_none();
        let wanted = |person: &&Person| {
            let own_doing = person.id == self.event.actor.id && !created;
            !own_doing && !self.is_support_address(person) && !self.had_it_already(person)
        };
        let requester = self.people.get(&self.ticket.requester);
        let ccs = self.ticket.ccs.iter().filter(|id| with_ccs && **id != self.ticket.requester);
        let mut to: Vec<Person> = requester.into_iter().filter(wanted).cloned().collect();
        let mut cc: Vec<Person> = ccs.filter_map(|id| self.people.get(id)).filter(wanted).cloned().collect();
        if to.is_empty() {
            to = std::mem::take(&mut cc);
        }
        if to.is_empty() {
            return Vec::new();
        }
        let language = requester.and_then(|person| person.language).unwrap_or(FALLBACK);
        vec![Group { language, to, cc, staff: false }]
    }

    /// One mail for all agents of a language: Exchange lets 30 mails a minute out of a mailbox, and answers come first.
    fn agents<'p>(&self, people: impl Iterator<Item = &'p Person>) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for person in people {
            if person.id == self.event.actor.id || !person.role.is_staff() || self.is_support_address(person)
            {
                continue;
            }
            let language = person.language.unwrap_or(FALLBACK);
            match groups.iter_mut().find(|group| group.language == language) {
                Some(group) => group.to.push(person.clone()),
                None => {
                    groups.push(Group { language, to: vec![person.clone()], cc: Vec::new(), staff: true });
                }
            }
        }
        groups
    }

    fn is_support_address(&self, person: &Person) -> bool {
        self.ours.contains(&person.email)
    }

    /// Whoever stood on To or Cc of a customer's mail has it from there; another copy from the desk would be one too many.
    fn had_it_already(&self, person: &Person) -> bool {
        let created = self.event.before.is_none();
        let envelope = self.comment.and_then(|(_, comment)| comment.mail.as_ref());
        let others = self.other_addresses.get(&person.id);
        let is_theirs = |to: &Mailbox| {
            to.address == person.email || others.is_some_and(|others| others.contains(&to.address))
        };
        !created && envelope.is_some_and(|mail| mail.to.iter().chain(&mail.cc).any(is_theirs))
    }

    async fn send(&self, tx: &Tx, notice: &Notice, group: &Group) -> Result<()> {
        let comment = self.comment.map(|(id, _)| id);
        let refused = |reason: String| AuditEvent::DeliveryFailure { comment, reason };
        let Some(address) = reply_address(&self.addresses, &self.ticket) else {
            let event = refused("no_connection".to_owned());
            return Ok(tx.audit(self.ticket.id, None, &event).await?);
        };
        let (subject, text) = match self.texts(notice, group, address) {
            Ok(texts) => texts,
            // A template that an administrator broke must not keep a customer's mail out of the desk.
            Err(problem) => {
                return Ok(tx.audit(self.ticket.id, None, &refused(format!("template: {problem}"))).await?);
            }
        };
        let subject = letter_out::one_line(&subject);
        let (new, fault) = self.outgoing(tx, notice, group, address, subject.clone(), &text).await?;
        let recipients = new.to.iter().chain(&new.cc).map(|to| to.address.to_string()).collect();
        tx.enqueue(&new).await?;
        if let Some(fault) = fault {
            tracing::warn!(ticket = %self.ticket.id, %fault, "a mail leaves in the desk's own template");
            tx.audit(self.ticket.id, None, &AuditEvent::TemplateReplaced { fault: fault.to_string() })
                .await?;
        }
        let event = AuditEvent::Notification { trigger: notice.trigger, subject, recipients };
        Ok(tx.audit(self.ticket.id, None, &event).await?)
    }

    async fn outgoing(
        &self,
        tx: &Tx,
        notice: &Notice,
        group: &Group,
        address: &SupportAddress,
        subject: String,
        text: &str,
    ) -> Result<(NewOutbox, Option<Fault>)> {
        let answer = self.event.actor.role.is_staff() && !group.staff && self.comment.is_some();
        let relay = self.relays(group);
        let files = if group.staff || relay { &[][..] } else { &self.files[..] };
        let (sent, left_out) = letter_out::fitting(files);
        let links_until = tx.now + self.rules.links_last();
        let mut links = Vec::with_capacity(left_out.len());
        for file in left_out {
            links.push(LeftOut {
                name: file.file.name.clone(),
                size: file.file.size,
                link: file_links::make(self.engine, tx, file.id, links_until).await?,
            });
        }
        // Two machines that quote each other's quotations would grow their mails without end (zendesk.md 6.2).
        let history =
            if group.staff || relay || is_for_machine(group) { &[][..] } else { &self.comments[..] };
        let signature = if answer {
            writing::signature(self.engine, address.brand)
                .await?
                .write(&self.event.actor.name, &address.brand_name)
        } else {
            Default::default()
        };
        let pictures: Vec<(String, String)> = sent
            .iter()
            .map(|stored| &stored.file)
            .filter(|file| file.inline && file.content_type.starts_with("image/"))
            .filter_map(|file| Some((file.content_id.clone()?, file.name.clone())))
            .collect();
        let body = Body {
            language: group.language,
            text,
            left_out: &links,
            links_until,
            zone: &self.zone,
            pictures: &pictures,
            history: &self.quoted(history),
            token: &self.engine.inner.token_key.token(self.ticket.id.0),
            brand: &address.brand_name,
            signature,
            desk: group.staff.then_some(self.engine.inner.settings.public_url.as_str()),
        };
        let (html, text, fault) = body.write(&self.template);
        let unique: [u8; 16] = rand::random();
        let new = NewOutbox {
            connection: address.connection.id,
            address: Some(address.id),
            purpose: store::Purpose::Ticket,
            ticket: Some(self.ticket.id),
            comment: self.comment.map(|(id, _)| id),
            trigger: Some(notice.trigger),
            urgency: if answer { Urgency::Answer } else { Urgency::Automatic },
            to: group.to.iter().map(mailbox).collect(),
            cc: group.cc.iter().map(mailbox).collect(),
            subject,
            text,
            html,
            message_id: mail::compose::mint_message_id(&hex::encode(unique), address.address.domain()),
            // A customer's program has the customers' mails, not those the desk sent to agents.
            in_reply_to: self.newest_received.clone().or_else(|| self.thread.last().cloned()),
            references: self.thread.clone(),
            mark: hex::encode(rand::random::<[u8; 16]>()),
            attachments: sent.into_iter().map(|file| outbox_file(&file.file)).collect(),
        };
        Ok((new, fault))
    }

    /// True when a stranger could use the desk to send a text of their own to another stranger (zendesk.md 6.2).
    fn relays(&self, group: &Group) -> bool {
        self.event.before.is_none() && !self.event.actor.role.is_staff() && !group.staff
    }

    /// Subject and body, rendered; or what is wrong with the template.
    fn texts(
        &self,
        notice: &Notice,
        group: &Group,
        address: &SupportAddress,
    ) -> Result<(String, String), String> {
        let mut values = self.values(group, address);
        if self.relays(group) {
            placeholder::suppress_relay(&mut values);
        }
        if is_for_machine(group) {
            placeholder::suppress_for_machine(&mut values);
        }
        let render = |template: &str| match template.strip_prefix("txt.") {
            Some(key) => {
                texts::of_trigger(group.language, key, &values).ok_or_else(|| format!("no text {template}"))
            }
            None => placeholder::render(template, &values),
        };
        Ok((render(&notice.subject)?, render(&notice.body)?))
    }

    /// The public comments before the newest, with their authors' names, newest first.
    fn quoted(&self, comments: &[Comment]) -> Vec<letter_out::Quoted> {
        let public = comments.iter().filter(|comment| comment.public).skip(1);
        public
            .map(|comment| letter_out::Quoted {
                author: self
                    .people
                    .get(&comment.author)
                    .map(|person| person.name.clone())
                    .unwrap_or_default(),
                at: comment.created_at,
                text: comment.text.clone(),
            })
            .collect()
    }
}

/// No person reads what is sent to this group.
fn is_for_machine(group: &Group) -> bool {
    group.to.iter().any(|person| placeholder::is_machine(&person.email))
}

/// An agent's mail brings the pictures along that stand in what it quotes. Whoever gets the answer sent them, or has them from before.
async fn without_quoted_pictures(
    engine: &Engine,
    comment: CommentId,
    files: Vec<StoredAttachment>,
) -> Result<Vec<StoredAttachment>> {
    let Some(ticket) = files.iter().find(|file| file.file.inline).map(|file| file.ticket) else {
        return Ok(files);
    };
    let before = engine.inner.store.attachments(ticket).await?;
    let is_quoted = |file: &StoredAttachment| {
        file.file.inline && before.iter().any(|old| old.comment != comment && old.file.blob == file.file.blob)
    };
    Ok(files.into_iter().filter(|file| !is_quoted(file)).collect())
}

fn mailbox(person: &Person) -> Mailbox {
    Mailbox { name: person.name.clone(), address: person.email.clone() }
}

fn outbox_file(file: &store::NewAttachment) -> OutboxFile {
    OutboxFile {
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        content_id: file.content_id.clone().filter(|_| file.inline),
        blob: file.blob.clone(),
        size: file.size,
    }
}
