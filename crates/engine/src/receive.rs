//! Learning that mail is there: delta, sweep; and fetching it into the journal.
