//! The style sheets of a mail, read into rules that are brought to single elements ([`crate::cascade`]).
//!
//! A sheet itself never reaches the frame. Of its rules only what [`crate::style`] lets stay in a `style` attribute is kept, at
//! once when it is read: nothing that loads, moves or covers. `@import`, `@font-face` and their like are passed over; of
//! `@media` those blocks count that a window as wide as a desk's gets. Selectors are the plain ones of mails: elements, classes,
//! ids, attributes, descendants and children. What depends on what a reader does (`:hover`, `:visited`) or on neighbours is none.

use std::collections::HashMap;

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser, Token,
};

use crate::markup::{self, Element, Piece};
use crate::style::{self, Declaration};

/// Bytes of sheets that are read; a mail with more is shown without them. Outlook's are 20 kB, the longest newsletters' 100 kB.
const MAX_BYTES: usize = 256 * 1024;
/// Selectors in all.
const MAX_SELECTORS: usize = 4_000;
/// Elements that one selector names one below the other.
const MAX_PARTS: usize = 10;
/// What a rule may say: more is no style but a way to make a mail long.
const MAX_DECLARED: usize = 1_500;
/// The window that the sheets are read for, in pixels: what is left for a mail in a desk's page.
const WINDOW: f64 = 760.0;

/// All rules of a mail.
#[derive(Debug, Default)]
pub struct Sheet {
    selectors: Vec<Selector>,
    rules: Vec<Vec<Declaration>>,
    by_id: HashMap<String, Vec<usize>>,
    by_class: HashMap<String, Vec<usize>>,
    by_element: HashMap<String, Vec<usize>>,
    /// Selectors whose last part is known by none of these.
    anywhere: Vec<usize>,
}

#[derive(Debug, Default)]
struct Selector {
    /// From left to right; never empty once it is kept.
    parts: Vec<Part>,
    /// Ids, classes and attributes, elements: compared in this order.
    weight: (u16, u16, u16),
    rule: usize,
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

impl Sheet {
    /// The sheets of a mail, in their order; empty when there are none or too many.
    pub fn of(html: &str) -> Self {
        let mut text = String::new();
        let mut inside = false;
        markup::read(html, |piece| {
            match piece {
                Piece::Start(element) => {
                    inside = element.name == "style"
                        && element.attribute("media").is_none_or(counts_in_window)
                        && element
                            .attribute("type")
                            .is_none_or(|kind| kind.trim().eq_ignore_ascii_case("text/css"));
                }
                Piece::Text(part) if inside => text.push_str(&part),
                Piece::Text(_) => {}
                Piece::End(_) => {
                    if std::mem::take(&mut inside) {
                        text.push('\n');
                    }
                }
            }
            text.len() <= MAX_BYTES
        });
        let mut sheet = Self::default();
        if text.len() <= MAX_BYTES && !text.is_empty() {
            let mut parser = Parser::new(&text);
            let mut reader = Reader { sheet: &mut sheet };
            let all = StyleSheetParser::new(&mut parser, &mut reader).count();
            if all > MAX_SELECTORS || sheet.selectors.len() >= MAX_SELECTORS {
                return Self::default();
            }
        }
        sheet
    }

    /// No rule.
    pub fn is_empty(&self) -> bool {
        self.selectors.is_empty()
    }

    /// What the sheets say of an element below those that are open, the strongest last. Each comparison is taken from `budget`.
    pub fn said_of(&self, element: &Element, above: &[Known], budget: &mut usize) -> Vec<&[Declaration]> {
        let mut found: Vec<(&Selector, usize)> = Vec::new();
        let classes = element.attribute("class").unwrap_or_default().split_ascii_whitespace().take(20);
        let candidates = (self.by_element.get(&element.name).into_iter())
            .chain(element.attribute("id").and_then(|id| self.by_id.get(id)))
            .chain(classes.filter_map(|class| self.by_class.get(class)))
            .chain([&self.anywhere]);
        for at in candidates.flatten() {
            let Some(selector) = self.selectors.get(*at) else { continue };
            if selector.fits(element, above, budget) && !found.iter().any(|(_, other)| other == at) {
                found.push((selector, *at));
            }
        }
        found.sort_by_key(|(selector, at)| (selector.weight, *at));
        found.iter().filter_map(|(selector, _)| self.rules.get(selector.rule)).map(Vec::as_slice).collect()
    }

    fn keep(&mut self, mut selector: Selector, rule: usize) {
        let Some(last) = selector.parts.last() else { return };
        if self.selectors.len() >= MAX_SELECTORS {
            return;
        }
        let at = self.selectors.len();
        let place = match (&last.id, last.classes.first(), &last.element) {
            (Some(id), _, _) => self.by_id.entry(id.clone()).or_default(),
            (_, Some(class), _) => self.by_class.entry(class.clone()).or_default(),
            (_, _, Some(element)) => self.by_element.entry(element.clone()).or_default(),
            _ => &mut self.anywhere,
        };
        place.push(at);
        selector.rule = rule;
        self.selectors.push(selector);
    }
}

impl Selector {
    fn fits(&self, element: &Element, above: &[Known], budget: &mut usize) -> bool {
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

/// Whether a `@media` query is for a screen of the desk's width. What is not understood is for somebody else.
fn counts_in_window(query: &str) -> bool {
    query.to_ascii_lowercase().split(',').any(|one| {
        let one = one.trim();
        let mut words = one.split(" and ").map(str::trim);
        let first = words.next().unwrap_or_default();
        let first = first.strip_prefix("only ").unwrap_or(first).trim();
        (matches!(first, "" | "all" | "screen") || feature(first)) && words.all(feature)
    })
}

/// `(min-width: 480px)`
fn feature(text: &str) -> bool {
    let inside = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let Some((name, value)) = inside.and_then(|inside| inside.split_once(':')) else { return false };
    let Some(pixels) = style::pixels(value.trim()) else { return false };
    match name.trim() {
        "min-width" | "min-device-width" => WINDOW >= pixels,
        "max-width" | "max-device-width" => WINDOW <= pixels,
        _ => false,
    }
}

struct Reader<'s> {
    sheet: &'s mut Sheet,
}

impl<'i> AtRuleParser<'i> for Reader<'_> {
    type Prelude = bool;
    type AtRule = ();
    type Error = ();

    fn parse_prelude(&mut self, name: CowRcStr<'i>, input: &mut Parser<'i>) -> Result<bool, ParseError<()>> {
        let start = input.position();
        while input.next().is_ok() {}
        Ok(name.eq_ignore_ascii_case("media") && counts_in_window(input.slice_from(start)))
    }

    fn parse_block(
        &mut self,
        counts: bool,
        _start: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), ParseError<()>> {
        if counts {
            StyleSheetParser::new(input, self).count();
        }
        Ok(())
    }
}

impl<'i> QualifiedRuleParser<'i> for Reader<'_> {
    type Prelude = Vec<Selector>;
    type QualifiedRule = ();
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<Vec<Selector>, ParseError<()>> {
        Ok(selectors(input))
    }

    fn parse_block(
        &mut self,
        selectors: Vec<Selector>,
        _start: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), ParseError<()>> {
        let mut raw = Vec::new();
        for declared in RuleBodyParser::new(input, &mut Body).flatten() {
            raw.push(declared);
        }
        let kept = style::kept(raw.iter().map(|(name, value)| (&**name, *value)));
        let length: usize = kept.iter().map(|one| one.name.len() + one.value.len()).sum();
        if !kept.is_empty() && length <= MAX_DECLARED && !selectors.is_empty() {
            let rule = self.sheet.rules.len();
            self.sheet.rules.push(kept);
            for selector in selectors {
                self.sheet.keep(selector, rule);
            }
        }
        Ok(())
    }
}

/// The declarations of one rule: name and value as written.
struct Body;

impl<'i> DeclarationParser<'i> for Body {
    type Declaration = (CowRcStr<'i>, &'i str);
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _start: &ParserState,
    ) -> Result<Self::Declaration, ParseError<()>> {
        let start = input.position();
        while input.next().is_ok() {}
        Ok((name, input.slice_from(start)))
    }
}

impl<'i> AtRuleParser<'i> for Body {
    type Prelude = ();
    type AtRule = (CowRcStr<'i>, &'i str);
    type Error = ();
}

impl<'i> QualifiedRuleParser<'i> for Body {
    type Prelude = ();
    type QualifiedRule = (CowRcStr<'i>, &'i str);
    type Error = ();
}

impl<'i> RuleBodyItemParser<'i, (CowRcStr<'i>, &'i str), ()> for Body {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        false
    }
}

/// The selectors of a rule that can be told from an element and those above it.
fn selectors(input: &mut Parser<'_>) -> Vec<Selector> {
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
