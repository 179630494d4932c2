//! Raw MIME to [`Letter`].

use crate::Letter;

/// Reads one mail. Never fails and never panics.
pub fn read(raw: &[u8]) -> Letter {
    let _ = raw;
    todo!()
}

/// Reads the JSON of a Graph message, journaled where Microsoft could not give the MIME. Marked [`crate::Unreadable::NoMime`].
pub fn read_graph_json(json: &[u8]) -> Letter {
    let _ = json;
    todo!()
}
