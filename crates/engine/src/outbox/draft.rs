//! An outbox row as Graph's draft, and what a draft tells back.

use exchange::graph::{MessageState, mail_out};
use mail::MessageId;
use store::{OutboxFile, OutboxRow, Urgency};

/// What machines are asked not to answer. Not `NDR`: a bounce must come back to us.
const NO_AUTO_ANSWERS: (&str, &str) = ("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply");
/// Our mark as a header, by which intake knows our own mail.
const MARK_HEADER: &str = "X-Postdesk-Outbox";

pub(super) fn draft_of(row: &OutboxRow) -> mail_out::Draft {
    let people =
        |list: &[mail::Mailbox]| list.iter().map(|m| (m.name.clone(), m.address.to_string())).collect();
    let references: Vec<String> =
        mail::compose::bounded(&row.mail.references).into_iter().map(MessageId::bracketed).collect();
    let mut x_headers = vec![(MARK_HEADER.to_owned(), row.mail.mark.clone())];
    if row.mail.urgency != Urgency::Answer {
        x_headers.push((NO_AUTO_ANSWERS.0.to_owned(), NO_AUTO_ANSWERS.1.to_owned()));
    }
    mail_out::Draft {
        internet_message_id: row.mail.message_id.bracketed(),
        to: people(&row.mail.to),
        cc: people(&row.mail.cc),
        subject: row.mail.subject.clone(),
        html: row.mail.html.clone(),
        in_reply_to: row.mail.in_reply_to.as_ref().map(MessageId::bracketed),
        references: (!references.is_empty()).then(|| references.join(" ")),
        x_headers,
        mark: row.mail.mark.clone(),
    }
}

/// A row from `Drafted` on has a draft; an empty id is answered with "not found", which leads to looking for the mark.
pub(super) fn draft_id(row: &OutboxRow) -> String {
    row.draft.clone().unwrap_or_default()
}

pub(super) fn message_id(state: &MessageState) -> Option<MessageId> {
    state.internet_message_id.as_deref().and_then(MessageId::parse)
}

/// How many of the files, in order, a draft carries already. Names may repeat.
pub(super) fn already_up(files: &[OutboxFile], mut names: Vec<String>) -> usize {
    let is_up = |file: &&OutboxFile| match names.iter().position(|name| *name == file.name) {
        Some(at) => {
            names.swap_remove(at);
            true
        }
        None => false,
    };
    files.iter().take_while(is_up).count()
}

/// For people, at the comment: Microsoft's code and words.
pub(super) fn refusal(error: &exchange::Error) -> String {
    match error.trace() {
        Some(trace) => format!("refused: {} {}", trace.code, trace.message),
        None => format!("refused: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> OutboxFile {
        OutboxFile {
            name: name.to_owned(),
            content_type: "text/plain".to_owned(),
            content_id: None,
            blob: store::BlobId(String::new()),
            size: 1,
        }
    }

    /// A file whose answer was lost must not be added twice, nor one of two files of the same name be left out.
    #[test]
    fn files_that_are_up_are_counted_by_name_and_number() {
        let files = [file("a"), file("a"), file("b")];
        for (names, up) in
            [(vec![], 0), (vec!["a"], 1), (vec!["a", "a"], 2), (vec!["b", "a", "a"], 3), (vec!["b"], 0)]
        {
            let names = names.into_iter().map(str::to_owned).collect();
            assert_eq!(already_up(&files, names), up);
        }
    }
}
