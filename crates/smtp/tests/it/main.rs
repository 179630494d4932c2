//! Listener and sender over real sockets: a client written with nothing but bytes, and our own sender.

#![expect(clippy::unwrap_used, reason = "tests")]

mod door;
mod out;
mod support;
