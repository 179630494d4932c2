//! `$filter`: the part of OData that mail needs, evaluated against a message.

use jiff::Timestamp;

use crate::world::message::Message;

pub use super::filter_parse::parse;

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Both.
    And(Box<Filter>, Box<Filter>),
    /// Either.
    Or(Box<Filter>, Box<Filter>),
    /// Not.
    Not(Box<Filter>),
    /// Property, operator, literal.
    Compare(String, Operator, Literal),
    /// `contains`, `startswith`, `endswith`.
    Text(String, String, String),
    /// `categories/any(c:c eq 'x')`.
    Category(String),
    /// An extended property: id, operator, value.
    Extended(String, Operator, Literal),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `eq`
    Eq,
    /// `ne`
    Ne,
    /// `gt`
    Gt,
    /// `ge`
    Ge,
    /// `lt`
    Lt,
    /// `le`
    Le,
}

/// A value written in a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// In quotes.
    Text(String),
    /// `true`, `false`.
    Bool(bool),
    /// A time.
    Time(Timestamp),
    /// `null`.
    Null,
    /// Anything else.
    Other(String),
}

impl Filter {
    /// The properties named, in order: `$orderby` must follow them.
    pub fn properties(&self) -> Vec<&str> {
        match self {
            Self::And(a, b) | Self::Or(a, b) => {
                let mut all = a.properties();
                all.extend(b.properties());
                all
            }
            Self::Not(inner) => inner.properties(),
            Self::Compare(p, ..) | Self::Text(_, p, _) => vec![p],
            Self::Category(_) => vec!["categories"],
            Self::Extended(..) => vec!["singleValueExtendedProperties"],
        }
    }

    /// Whether a message passes. `folder_id` gives a folder's id.
    pub fn matches(&self, message: &Message, folder_id: &dyn Fn(u32) -> String) -> bool {
        match self {
            Self::And(a, b) => a.matches(message, folder_id) && b.matches(message, folder_id),
            Self::Or(a, b) => a.matches(message, folder_id) || b.matches(message, folder_id),
            Self::Not(inner) => !inner.matches(message, folder_id),
            Self::Category(name) => message.categories.iter().any(|c| c.eq_ignore_ascii_case(name)),
            Self::Extended(id, operator, literal) => {
                extended(super::render::extended_value(message, id), *operator, literal)
            }
            Self::Text(function, property, value) => {
                let Some(held) = text_of(message, property, folder_id) else { return false };
                let (held, value) = (held.to_lowercase(), value.to_lowercase());
                match function.as_str() {
                    "contains" => held.contains(&value),
                    "startswith" => held.starts_with(&value),
                    _ => held.ends_with(&value),
                }
            }
            Self::Compare(property, operator, literal) => {
                compare(message, property, *operator, literal, folder_id)
            }
        }
    }
}

fn extended(held: Option<String>, operator: Operator, literal: &Literal) -> bool {
    let wanted = match literal {
        Literal::Text(t) | Literal::Other(t) => Some(t.clone()),
        Literal::Bool(b) => Some(b.to_string()),
        Literal::Time(t) => Some(t.to_string()),
        Literal::Null => None,
    };
    match operator {
        Operator::Eq => held == wanted,
        Operator::Ne => held != wanted,
        _ => held.is_some_and(|h| wanted.is_some_and(|w| ordered(operator, &h, &w))),
    }
}

fn ordered<T: PartialOrd>(operator: Operator, a: &T, b: &T) -> bool {
    match operator {
        Operator::Eq => a == b,
        Operator::Ne => a != b,
        Operator::Gt => a > b,
        Operator::Ge => a >= b,
        Operator::Lt => a < b,
        Operator::Le => a <= b,
    }
}

fn compare(
    message: &Message,
    property: &str,
    operator: Operator,
    literal: &Literal,
    folder_id: &dyn Fn(u32) -> String,
) -> bool {
    let at = match property {
        "receivedDateTime" => Some(message.received),
        "sentDateTime" => Some(message.sent),
        "createdDateTime" => Some(message.created),
        "lastModifiedDateTime" => Some(message.modified),
        _ => None,
    };
    if let (Some(held), Literal::Time(wanted)) = (at, literal) {
        return ordered(operator, &held, wanted);
    }
    let flag = match property {
        "isRead" => Some(message.is_read),
        "isDraft" => Some(message.is_draft),
        "hasAttachments" => Some(message.has_attachments()),
        _ => None,
    };
    if let (Some(held), Literal::Bool(wanted)) = (flag, literal) {
        return ordered(operator, &held, wanted);
    }
    match (text_of(message, property, folder_id), literal) {
        (held, Literal::Null) => (held.is_none()) == (operator == Operator::Eq),
        (Some(held), Literal::Text(wanted)) => {
            ordered(operator, &held.to_lowercase(), &wanted.to_lowercase())
        }
        _ => false,
    }
}

fn text_of(message: &Message, property: &str, folder_id: &dyn Fn(u32) -> String) -> Option<String> {
    let content = message.content();
    match property {
        "internetMessageId" => Some(message.internet_message_id.clone()),
        "conversationId" => Some(message.conversation.clone()),
        "subject" => Some(content.subject.clone()),
        "importance" => Some(message.importance.clone()),
        "inferenceClassification" => Some(message.inference.clone()),
        "parentFolderId" => Some(folder_id(message.folder)),
        "from/emailAddress/address" => content.from.as_ref().map(|p| p.address.clone()),
        "from/emailAddress/name" => content.from.as_ref().map(|p| p.name.clone()),
        "sender/emailAddress/address" => {
            content.sender.as_ref().or(content.from.as_ref()).map(|p| p.address.clone())
        }
        "flag/flagStatus" => message.flag["flagStatus"].as_str().map(str::to_owned),
        _ => None,
    }
}
