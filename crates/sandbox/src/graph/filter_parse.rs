//! Reading `$filter`: words, then a tree.

use jiff::Timestamp;

use super::answer::Problem;
use super::filter::{Filter, Literal, Operator};
use super::render::{canonical_property_id, no_property};

const PROPERTIES: &[&str] = &[
    "id",
    "receivedDateTime",
    "sentDateTime",
    "createdDateTime",
    "lastModifiedDateTime",
    "isRead",
    "isDraft",
    "hasAttachments",
    "internetMessageId",
    "conversationId",
    "subject",
    "importance",
    "parentFolderId",
    "from/emailAddress/address",
    "from/emailAddress/name",
    "sender/emailAddress/address",
    "flag/flagStatus",
    "inferenceClassification",
];

/// Parses a filter.
pub fn parse(text: &str) -> Result<Filter, Problem> {
    let tokens = tokens(text)?;
    let mut at = Parser { tokens, at: 0, text };
    let filter = at.or()?;
    if at.at < at.tokens.len() {
        return Err(at.syntax());
    }
    Ok(filter)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Open,
    Close,
    Comma,
    Colon,
}

fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => {}
            '(' => out.push(Token::Open),
            ')' => out.push(Token::Close),
            ',' => out.push(Token::Comma),
            ':' => out.push(Token::Colon),
            '\'' => {
                let mut value = String::new();
                loop {
                    match chars.next() {
                        Some('\'') if chars.peek() == Some(&'\'') => {
                            chars.next();
                            value.push('\'');
                        }
                        Some('\'') => break,
                        Some(c) => value.push(c),
                        None => {
                            return Err(Problem::new(
                                400,
                                "BadRequest",
                                format!("Syntax error: unterminated string literal in '{text}'."),
                            ));
                        }
                    }
                }
                out.push(Token::Quoted(value));
            }
            c => {
                let mut word = String::from(c);
                while let Some(next) = chars.peek() {
                    // A colon ends a lambda variable, but is part of a time.
                    let colon = *next == ':' && !word.starts_with(|c: char| c.is_ascii_digit());
                    if next.is_whitespace() || matches!(next, '(' | ')' | ',' | '\'') || colon {
                        break;
                    }
                    word.push(*next);
                    chars.next();
                }
                out.push(Token::Word(word));
            }
        }
    }
    Ok(out)
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    text: &'a str,
}

impl Parser<'_> {
    fn syntax(&self) -> Problem {
        Problem::new(400, "BadRequest", format!("Invalid filter clause: Syntax error in '{}'.", self.text))
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word_is(&self, word: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word))
    }

    fn expect(&mut self, token: &Token) -> Result<(), Problem> {
        if self.tokens.get(self.at) == Some(token) {
            self.at += 1;
            return Ok(());
        }
        Err(self.syntax())
    }

    fn or(&mut self) -> Result<Filter, Problem> {
        let mut left = self.and()?;
        while self.word_is("or") {
            self.at += 1;
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, Problem> {
        let mut left = self.term()?;
        while self.word_is("and") {
            self.at += 1;
            left = Filter::And(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Filter, Problem> {
        if self.word_is("not") {
            self.at += 1;
            return Ok(Filter::Not(Box::new(self.term()?)));
        }
        match self.next() {
            Some(Token::Open) => {
                let inner = self.or()?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Some(Token::Word(word)) => self.after_word(&word),
            _ => Err(self.syntax()),
        }
    }

    fn after_word(&mut self, word: &str) -> Result<Filter, Problem> {
        let lower = word.to_ascii_lowercase();
        if matches!(lower.as_str(), "contains" | "startswith" | "endswith") {
            self.expect(&Token::Open)?;
            let Some(Token::Word(property)) = self.next() else { return Err(self.syntax()) };
            self.expect(&Token::Comma)?;
            let Some(Token::Quoted(value)) = self.next() else { return Err(self.syntax()) };
            self.expect(&Token::Close)?;
            return Ok(Filter::Text(lower, property_named(&property)?, value));
        }
        if let Some(collection) = lower.strip_suffix("/any") {
            return self.any(collection);
        }
        let property = property_named(word)?;
        let (operator, literal) = self.comparison()?;
        Ok(Filter::Compare(property, operator, literal))
    }

    fn comparison(&mut self) -> Result<(Operator, Literal), Problem> {
        let Some(Token::Word(word)) = self.next() else { return Err(self.syntax()) };
        let operator = match word.to_ascii_lowercase().as_str() {
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "gt" => Operator::Gt,
            "ge" => Operator::Ge,
            "lt" => Operator::Lt,
            "le" => Operator::Le,
            _ => return Err(self.syntax()),
        };
        let literal = match self.next() {
            Some(Token::Quoted(text)) => Literal::Text(text),
            Some(Token::Word(word)) => match word.to_ascii_lowercase().as_str() {
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                "null" => Literal::Null,
                _ => time(&word).map_or_else(|| Literal::Other(word.clone()), Literal::Time),
            },
            _ => return Err(self.syntax()),
        };
        Ok((operator, literal))
    }

    /// `x/any(v: v/id eq 'a' and v/value eq 'b')`
    fn any(&mut self, collection: &str) -> Result<Filter, Problem> {
        self.expect(&Token::Open)?;
        let Some(Token::Word(_)) = self.next() else { return Err(self.syntax()) };
        self.expect(&Token::Colon)?;
        let mut clauses = Vec::new();
        loop {
            let Some(Token::Word(path)) = self.next() else { return Err(self.syntax()) };
            let member = path.split_once('/').map_or(String::new(), |(_, m)| m.to_ascii_lowercase());
            let (operator, literal) = self.comparison()?;
            clauses.push((member, operator, literal));
            if self.word_is("and") {
                self.at += 1;
                continue;
            }
            break;
        }
        self.expect(&Token::Close)?;
        match (collection, clauses.as_slice()) {
            ("categories", [(_, Operator::Eq, Literal::Text(name))]) => Ok(Filter::Category(name.clone())),
            (
                "singlevalueextendedproperties",
                [(id, Operator::Eq, Literal::Text(key)), (value, operator, literal)],
            ) if id == "id" && value == "value" => {
                let key = canonical_property_id(key).ok_or_else(|| {
                    Problem::new(
                        400,
                        "ErrorInvalidProperty",
                        "PropertyId values may only be in one of the following formats.",
                    )
                })?;
                Ok(Filter::Extended(key, *operator, literal.clone()))
            }
            _ => Err(Problem::query(format!("The filter on '{collection}' is not supported."))),
        }
    }
}

fn property_named(name: &str) -> Result<String, Problem> {
    PROPERTIES
        .iter()
        .find(|p| p.eq_ignore_ascii_case(name))
        .map(|p| (*p).to_owned())
        .ok_or_else(|| no_property(name))
}

fn time(word: &str) -> Option<Timestamp> {
    if let Ok(at) = word.parse::<Timestamp>() {
        return Some(at);
    }
    let date: jiff::civil::Date = word.parse().ok()?;
    date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp())
}
