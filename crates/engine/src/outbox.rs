//! The one way out: draft, send, confirm.
