//! From raw bytes to outcome: the one way in. What is done for one letter, is done in one transaction.

use bytes::Bytes;
use desk::LedgerId;
use desk::decide::{Outcome, Way};
use jiff::Timestamp;
use mail::{Letter, Unreadable};
use store::{BlobId, Form, Lease, NewAttachment, SeenBy, Settlement, Store, Topic, Tx};

use crate::carry::{Carrying, sender, storable, subject};
use crate::context::{self, Arrival, Place};
use crate::{Engine, Error, Result, late, proof};

/// Tries to decide anew when another worker was quicker with the same mail or person.
const RACES: usize = 5;

/// A journaled message, read.
pub(crate) struct Arrived {
    pub(crate) id: LedgerId,
    pub(crate) seen_by: SeenBy,
    pub(crate) received_at: Option<Timestamp>,
    pub(crate) original: Original,
    pub(crate) letter: Letter,
    /// Its files, stored already.
    pub(crate) files: Vec<NewAttachment>,
    /// The row that had taken it for a duplicate, which it is not.
    pub(crate) no_duplicate: Option<LedgerId>,
}

/// Where the raw bytes lie.
#[derive(Clone)]
pub(crate) struct Original {
    pub(crate) blob: BlobId,
    pub(crate) form: Form,
    pub(crate) size: u64,
}

/// Reads the bytes; `None` when reading itself failed, which it never should.
pub(crate) async fn read(form: Form, bytes: Bytes) -> Option<Letter> {
    let read = move || match form {
        Form::Mime => mail::read(&bytes),
        Form::GraphJson => mail::read_graph_json(&bytes),
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(letter) => Some(letter),
        Err(error) => {
            tracing::error!(%error, "reading a mail failed");
            None
        }
    }
}

/// The letter that stands for one that cannot be read: only its size is known.
pub(crate) fn unread(size: u64) -> Letter {
    Letter { size, unreadable: Some(Unreadable::Empty), ..mail::read(b"") }
}

/// The files of a letter as they would be stored; their bytes stay in it and nothing is written.
pub(crate) fn described_files(letter: &Letter) -> Vec<NewAttachment> {
    let described = letter.attachments.iter().map(|attachment| NewAttachment {
        name: storable(&attachment.name),
        content_type: storable(&attachment.content_type),
        content_id: attachment.content_id.as_deref().map(storable),
        inline: attachment.inline,
        size: attachment.content.len() as u64,
        blob: BlobId::of(&attachment.content),
        finding: Some(mail::inspect::look_at(attachment, &attachment.content)),
    });
    described.collect()
}

/// Stores the files of a letter; their bytes leave it.
pub(crate) async fn store_files(
    store: &Store,
    letter: &mut Letter,
    lazily: bool,
) -> Result<Vec<NewAttachment>> {
    let mut files = Vec::with_capacity(letter.attachments.len());
    for attachment in &mut letter.attachments {
        let content = Bytes::from(std::mem::take(&mut attachment.content));
        let size = content.len() as u64;
        let finding = Some(mail::inspect::look_at(attachment, &content));
        let blobs = store.blobs();
        let blob = if lazily { blobs.put_lazy(content).await? } else { blobs.put(content).await? };
        files.push(NewAttachment {
            name: storable(&attachment.name),
            content_type: storable(&attachment.content_type),
            content_id: attachment.content_id.as_deref().map(storable),
            inline: attachment.inline,
            size,
            blob,
            finding,
        });
    }
    Ok(files)
}

/// Takes in one message: decides, applies, gives the ledger row its outcome. `None`: the row had one already.
pub(crate) async fn take(
    engine: &Engine,
    lease: &Lease,
    place: &Place,
    arrived: &Arrived,
) -> Result<Option<Settlement>> {
    let mut races = 0;
    loop {
        let tx = engine.inner.store.begin(engine.now()).await?;
        tx.check(lease).await?;
        match settle(engine, &tx, place, arrived).await {
            Ok(Some(settlement)) => {
                tx.commit().await?;
                return Ok(Some(settlement));
            }
            Ok(None) => return Ok(None),
            // Another worker was quicker with the same mail or the same new person: decide again, now as a duplicate.
            Err(Error::Store(store::Error::Exists { .. })) if races < RACES => races += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Decides and applies inside `tx`, without committing. `None`: the row had an outcome already, roll back.
pub(crate) async fn settle(
    engine: &Engine,
    tx: &Tx,
    place: &Place,
    arrived: &Arrived,
) -> Result<Option<Settlement>> {
    let letter = &arrived.letter;
    let way = match arrived.seen_by {
        SeenBy::Delta | SeenBy::Sweep | SeenBy::Smtp => Way::Live,
        SeenBy::Import(_) | SeenBy::File => Way::Import,
    };
    tx.lock_identities(&context::identities(letter)).await?;
    let files = Some(arrived.files.iter().map(|file| file.blob.0.clone()).collect());
    let arrival =
        Arrival { way, received_at: arrived.received_at, files, no_duplicate: arrived.no_duplicate };
    let loaded = context::load(engine, tx, place, letter, arrival).await?;
    let decision = desk::decide(letter, &loaded.context);
    let carrying =
        Carrying { engine, tx, place, arrived, way, loaded: &loaded, decision: &decision, dated: false };
    let (ticket, comment) = carrying.out().await?;
    crate::smtp_in::note_proof(tx, place, arrived.seen_by, &loaded, &decision.outcome).await?;
    let round_trip = proof::came_in(tx, place, &loaded, &decision.outcome).await?;
    if let (Some(ticket), Some(comment)) = (ticket, comment) {
        let joined: Vec<_> = decision.joins.iter().copied().chain([ticket]).collect();
        late::note(tx, &loaded, &joined, comment).await?;
    }
    let counts = !matches!(decision.outcome, Outcome::Duplicate(_) | Outcome::OwnMail(_));
    let author = context::counted_author(place, letter, way, arrived.received_at, tx.now).filter(|_| counts);
    let copied = match &decision.outcome {
        Outcome::Duplicate(known) => Some(known.comment),
        _ => None,
    };
    let settlement = Settlement {
        outcome: decision.outcome.kind(),
        reason: if round_trip { proof::REASON.to_owned() } else { decision.reason },
        ticket,
        comment: comment.or(copied),
        sender: sender(letter),
        subject: subject(letter),
        identity: loaded.identity.map(|identity| identity.claims),
        words: author.as_ref().and_then(|_| context::words(letter)),
        author,
    };
    if !tx.settle(arrived.id, &settlement).await? {
        return Ok(None);
    }
    if let SeenBy::Import(run) = arrived.seen_by {
        tx.changed(Topic::Import(run)).await?;
    }
    Ok(Some(settlement))
}
