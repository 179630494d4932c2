//! The state file: the world as JSON, written whole and atomically.

use std::collections::BTreeMap;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use super::World;
use super::message::Message;

/// Reads the state file; `None` when there is none yet.
pub fn load(path: &Path) -> Result<Option<World>, io::Error> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut world: World = serde_json::from_reader(BufReader::with_capacity(1 << 20, file))?;
    for mailbox in world.mailboxes.values_mut() {
        mailbox.rebuild();
    }
    for app in world.apps.values_mut() {
        app.settle();
    }
    Ok(Some(world))
}

/// Writes the state file: beside it first, then put in its place, so that a crash leaves the old or the new one.
pub fn save(path: &Path, world: &World) -> Result<(), io::Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(&beside)?);
    serde_json::to_writer(&mut out, world)?;
    out.flush()?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(&beside, path)
}

/// Bytes as base64 text.
pub mod base64_bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    /// Writes.
    pub fn serialize<S: Serializer>(bytes: &Bytes, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    /// Reads.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map(Bytes::from).map_err(D::Error::custom)
    }
}

/// Shared messages as a plain list.
pub mod shared_messages {
    use super::{Arc, BTreeMap, Message};
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// Writes.
    pub fn serialize<S: Serializer>(
        messages: &BTreeMap<u64, Arc<Message>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(messages.values().map(Arc::as_ref))
    }

    /// Reads.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<u64, Arc<Message>>, D::Error> {
        let list = Vec::<Message>::deserialize(from)?;
        Ok(list.into_iter().map(|m| (m.number, Arc::new(m))).collect())
    }
}
