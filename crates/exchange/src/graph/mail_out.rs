//! What goes out, in this crate's own words: no dependency on the mail crate.

/// A draft to be made.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Message-ID with angle brackets.
    pub internet_message_id: String,
    /// (name, address).
    pub to: Vec<(String, String)>,
    /// (name, address).
    pub cc: Vec<(String, String)>,
    /// Subject.
    pub subject: String,
    /// HTML body.
    pub html: String,
    /// In-Reply-To with angle brackets (extended property 0x1042).
    pub in_reply_to: Option<String>,
    /// References, space separated, with angle brackets (0x1039).
    pub references: Option<String>,
    /// `X-` headers, at most 5.
    pub x_headers: Vec<(String, String)>,
    /// Our mark.
    pub mark: String,
}

/// A file.
#[derive(Debug, Clone)]
pub struct File {
    /// Name.
    pub name: String,
    /// Type.
    pub content_type: String,
    /// Content-ID: makes it inline.
    pub content_id: Option<String>,
    /// Bytes.
    pub content: bytes::Bytes,
}
