//! MIME: reading what comes in, building what drafts become, and the headers transport adds.

pub mod build;
pub mod ndr;
pub mod read;
pub mod stamp;
