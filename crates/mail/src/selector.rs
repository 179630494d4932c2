//! Selectors of style sheets: those that can be told from an element and the elements above it.

use cssparser::{ParseError, Parser, Token};

use crate::markup::Element;

/// Elements that one selector names one below the other.
const MAX_PARTS: usize = 10;
/// One selector.
#[derive(Debug, Default)]
pub struct Selector {
    /// From left to right; never empty once it is kept.
    parts: Vec<Part>,
    /// Ids, classes and attributes, elements: compared in this order.
    pub weight: (u16, u16, u16),
    /// The rule it stands before.
    pub rule: usize,
}

#[derive(Debug, Default)]
struct Part {
    /// Stands directly below the part before it.
    child: bool,
    element: Option<String>,
    id: Option<String>,
    classes: Vec<String>,
    attributes: Vec<(String, Match)>,
    /// Names something at all.
    named: bool,
}

#[derive(Debug)]
enum Match {
    Present,
    Equals(String),
    Word(String),
    Begins(String),
    Ends(String),
    Contains(String),
}

/// What selectors ask of an element that is open.
#[derive(Debug, Clone)]
pub struct Known {
    /// Lower case.
    pub element: String,
    /// As in the attribute.
    pub id: String,
    /// As in the attribute: words.
    pub class: String,
}

/// What the last part of a selector asks for.
pub enum Key<'s> {
    /// This id.
    Id(&'s str),
    /// This class, among others perhaps.
    Class(&'s str),
    /// This element.
    Element(&'s str),
    /// None of these.
    Anything,
}

impl Selector {
    /// By what elements that it may mean are found.
    pub fn key(&self) -> Key<'_> {
        let Some(last) = self.parts.last() else { return Key::Anything };
        match (&last.id, last.classes.first(), &last.element) {
            (Some(id), _, _) => Key::Id(id),
            (_, Some(class), _) => Key::Class(class),
            (_, _, Some(element)) => Key::Element(element),
            _ => Key::Anything,
        }
    }

    /// Whether this element, below those, is meant. Each comparison is taken from `budget`.
    pub fn fits(&self, element: &Element, above: &[Known], budget: &mut usize) -> bool {
        let Some((last, before)) = self.parts.split_last() else { return false };
        *budget = budget.saturating_sub(1);
        last.fits_name(&element.name)
            && last.id.as_deref().is_none_or(|id| element.attribute("id") == Some(id))
            && last.classes.iter().all(|class| element.has_class(class))
            && last
                .attributes
                .iter()
                .all(|(name, wanted)| element.attribute(name).is_some_and(|value| wanted.fits(value)))
            && stand_above(before, last.child, above, budget)
    }
}

impl Part {
    fn fits_name(&self, name: &str) -> bool {
        self.element.as_deref().is_none_or(|element| element == name)
    }

    fn fits(&self, known: &Known) -> bool {
        self.fits_name(&known.element)
            && self.id.as_deref().is_none_or(|id| known.id == id)
            && self.classes.iter().all(|class| known.class.split_ascii_whitespace().any(|word| word == class))
    }
}

/// Whether the parts stand above, in their order.
fn stand_above(parts: &[Part], directly: bool, above: &[Known], budget: &mut usize) -> bool {
    let Some((last, before)) = parts.split_last() else { return true };
    let reach = if directly { 1 } else { above.len() };
    for (at, known) in above.iter().enumerate().rev().take(reach) {
        *budget = budget.saturating_sub(1);
        if *budget == 0 {
            return false;
        }
        if last.fits(known) && stand_above(before, last.child, above.get(..at).unwrap_or_default(), budget) {
            return true;
        }
    }
    false
}

impl Match {
    fn fits(&self, value: &str) -> bool {
        match self {
            Self::Present => true,
            Self::Equals(wanted) => value == wanted,
            Self::Word(wanted) => value.split_ascii_whitespace().any(|word| word == wanted),
            Self::Begins(wanted) => !wanted.is_empty() && value.starts_with(wanted.as_str()),
            Self::Ends(wanted) => !wanted.is_empty() && value.ends_with(wanted.as_str()),
            Self::Contains(wanted) => !wanted.is_empty() && value.contains(wanted.as_str()),
        }
    }
}

/// The selectors of a rule that can be told from an element and those above it.
pub fn selectors(input: &mut Parser<'_>) -> Vec<Selector> {
    let mut all = Vec::new();
    let mut writing = Writing::default();
    while let Ok(token) = input.next_including_whitespace() {
        let token = token.clone();
        match token {
            Token::Comma => all.extend(std::mem::take(&mut writing).finished()),
            Token::WhiteSpace(_) => writing.below(false),
            Token::Delim('>') => writing.below(true),
            Token::Delim('*') => writing.part.named = true,
            Token::Delim('.') => match input.next_including_whitespace() {
                Ok(Token::Ident(class)) => writing.class(class),
                _ => writing.foreign = true,
            },
            Token::IDHash(id) => writing.id(&id),
            Token::Ident(name) => writing.element(&name),
            Token::Colon => match input.next_including_whitespace() {
                Ok(Token::Ident(name))
                    if name.eq_ignore_ascii_case("link") || name.eq_ignore_ascii_case("any-link") =>
                {
                    writing.attribute("href".to_owned(), Match::Present);
                }
                _ => writing.foreign = true,
            },
            Token::SquareBracketBlock => match input.parse_nested_block(attribute) {
                Ok((name, wanted)) => writing.attribute(name, wanted),
                Err(_) => writing.foreign = true,
            },
            _ => writing.foreign = true,
        }
    }
    all.extend(writing.finished());
    all
}

fn attribute(input: &mut Parser<'_>) -> Result<(String, Match), ParseError<()>> {
    let name = input.expect_ident()?.to_ascii_lowercase();
    let Ok(sign) = input.next().cloned() else { return Ok((name, Match::Present)) };
    let wanted = input.expect_ident_or_string()?.to_string();
    let wanted = match sign {
        Token::Delim('=') => Match::Equals(wanted),
        Token::IncludeMatch => Match::Word(wanted),
        Token::PrefixMatch => Match::Begins(wanted),
        Token::SuffixMatch => Match::Ends(wanted),
        Token::SubstringMatch => Match::Contains(wanted),
        _ => return Err(ParseError::unexpected_token()),
    };
    Ok((name, wanted))
}

/// A selector being read.
#[derive(Default)]
struct Writing {
    done: Vec<Part>,
    part: Part,
    weight: (u16, u16, u16),
    /// White space or `>` stood before the part at hand, which is still unnamed.
    child: bool,
    foreign: bool,
}

impl Writing {
    fn below(&mut self, directly: bool) {
        if self.part.named {
            let child = std::mem::take(&mut self.child);
            self.done.push(Part { child, ..std::mem::take(&mut self.part) });
        } else if directly && (self.done.is_empty() || self.child) {
            self.foreign = true;
        }
        self.child |= directly;
    }

    fn element(&mut self, name: &str) {
        self.part.named = true;
        self.part.element = Some(name.to_ascii_lowercase());
        self.weight.2 += 1;
    }

    fn class(&mut self, name: &str) {
        self.part.named = true;
        self.part.classes.push(name.to_owned());
        self.weight.1 = self.weight.1.saturating_add(1);
    }

    fn id(&mut self, id: &str) {
        self.part.named = true;
        self.foreign |= self.part.id.replace(id.to_owned()).is_some();
        self.weight.0 = self.weight.0.saturating_add(1);
    }

    fn attribute(&mut self, name: String, wanted: Match) {
        self.part.named = true;
        self.part.attributes.push((name, wanted));
        self.weight.1 = self.weight.1.saturating_add(1);
    }

    /// The selector, if it is one that can be told. Attributes count in the last part only: above it they are the marks by which
    /// sheets tell mail programs apart (`[data-ogsc] p`).
    fn finished(mut self) -> Option<Selector> {
        if self.part.named {
            self.part.child = self.child;
            self.done.push(self.part);
        } else if self.child {
            return None;
        }
        let (_, above) = self.done.split_last()?;
        let fits = !self.foreign
            && self.done.len() <= MAX_PARTS
            && above.iter().all(|part| part.attributes.is_empty());
        fits.then_some(Selector { parts: self.done, weight: self.weight, rule: 0 })
    }
}
