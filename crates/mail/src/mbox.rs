//! mbox files: many mails in one file, as Thunderbird, Gmail's takeout and `mail` keep them.

use std::io::{BufRead, Error, ErrorKind};

use mail_parser::mailbox::mbox::{Message, MessageIterator};

/// The mails of an mbox file, one after another, without reading the whole file.
pub fn mails(reader: impl BufRead) -> impl Iterator<Item = Result<Vec<u8>, Error>> {
    MessageIterator::new(reader).map(|message| {
        message
            .map(Message::unwrap_contents)
            .map_err(|e| Error::new(ErrorKind::InvalidData, format!("{e:?}")))
    })
}
