//! HTML as a flat list of tokens, by html5ever's tokenizer: linear in its size, no tree, no depth.

use std::cell::RefCell;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use crate::attributes;

/// One piece of markup.
#[derive(Debug)]
pub enum Piece {
    /// `<name …>`
    Start(Element),
    /// `</name>`
    End(String),
    /// Text, entities decoded.
    Text(StrTendril),
}

/// A start tag.
#[derive(Debug)]
pub struct Element {
    /// Lower case.
    pub name: String,
    /// Names in lower case, values decoded.
    pub attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Whether `class` holds this word.
    pub fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|all| all.split_ascii_whitespace().any(|c| c == class))
    }
}

/// Hands each piece of `html` to `take`, which may stop the reading by returning false.
pub fn read(html: &str, take: impl FnMut(Piece) -> bool) {
    /// Handed over at a time, so that nothing is copied whole and a reading that was stopped ends.
    const CHUNK: usize = 1024 * 1024;
    let html = attributes::bounded(html);
    let queue = BufferQueue::default();
    let tokenizer =
        Tokenizer::new(Sink { take: RefCell::new(take), on: RefCell::new(true) }, TokenizerOpts::default());
    let mut rest = &*html;
    while !rest.is_empty() && *tokenizer.sink.on.borrow() {
        let (chunk, behind) = rest.split_at(rest.floor_char_boundary(CHUNK));
        rest = behind;
        queue.push_back(StrTendril::from_slice(chunk));
        // A script element hands control back once; there is nothing to run.
        while !queue.is_empty() {
            let _ = tokenizer.feed(&queue);
        }
    }
    tokenizer.end();
}

/// Elements without an end tag.
pub fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

struct Sink<F> {
    take: RefCell<F>,
    on: RefCell<bool>,
}

impl<F: FnMut(Piece) -> bool> Sink<F> {
    fn hand_over(&self, piece: Piece) {
        let mut on = self.on.borrow_mut();
        if *on {
            *on = (self.take.borrow_mut())(piece);
        }
    }
}

impl<F: FnMut(Piece) -> bool> TokenSink for Sink<F> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                let raw = raw_content(&tag);
                let name = tag.name.to_string();
                if tag.kind == TagKind::EndTag {
                    self.hand_over(Piece::End(name));
                } else {
                    let attributes = tag
                        .attrs
                        .into_iter()
                        .map(|attr| (attr.name.local.to_string(), attr.value.to_string()))
                        .collect();
                    self.hand_over(Piece::Start(Element { name, attributes }));
                }
                raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
            }
            Token::CharacterTokens(text) => {
                self.hand_over(Piece::Text(text));
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

/// What stands inside these elements is no markup.
fn raw_content(tag: &Tag) -> Option<RawKind> {
    if tag.kind == TagKind::EndTag {
        return None;
    }
    match &*tag.name {
        "title" | "textarea" => Some(RawKind::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" | "script" => Some(RawKind::Rawtext),
        _ => None,
    }
}

/// Writes a piece as markup again.
pub fn write(out: &mut String, piece: &Piece) {
    match piece {
        Piece::Start(element) => {
            out.push('<');
            out.push_str(&element.name);
            for (name, value) in &element.attributes {
                // Names html5ever lets pass but which would break out of the tag when written.
                if name.is_empty() || name.contains(['"', '\'', '<', '>', '/', '=', ' ']) {
                    continue;
                }
                out.push(' ');
                out.push_str(name);
                out.push_str("=\"");
                escape(out, value);
                out.push('"');
            }
            out.push('>');
        }
        Piece::End(name) => {
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
        Piece::Text(text) => escape(out, text),
    }
}

/// Escapes for text and for double-quoted attributes.
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0' => {}
            c => out.push(c),
        }
    }
}
