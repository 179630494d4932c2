//! Afterwards, and only then: marking mail read and categorised in the mailbox.
