//! mbox files: many mails in one file, as Thunderbird, Gmail's takeout and `mail` keep them.

use std::io::{BufRead, Error, ErrorKind};

/// The mails of an mbox file, one after another, without reading the whole file.
pub fn mails(reader: impl BufRead) -> impl Iterator<Item = Result<Vec<u8>, Error>> {
    mail_parser::mailbox::mbox::MessageIterator::new(reader)
        .map(|message| message.map(|m| m.unwrap_contents()).map_err(|e| Error::new(ErrorKind::InvalidData, format!("{e:?}"))))
}
