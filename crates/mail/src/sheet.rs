//! The style sheets of a mail, read into rules that are brought to single elements ([`crate::cascade`]).
//!
//! A sheet itself never reaches the frame. Of its rules only what [`crate::style`] lets stay in a `style` attribute is kept, at
//! once when it is read: nothing that loads, moves or covers. `@import`, `@font-face` and their like are passed over; of
//! `@media` those blocks count that a window as wide as a desk's gets. Selectors are the plain ones of mails: elements, classes,
//! ids, attributes, descendants and children. What depends on what a reader does (`:hover`, `:visited`) or on neighbours is none.

use std::collections::{HashMap, HashSet};

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser,
};

use crate::markup::{self, Element, Piece};
use crate::selector::{Key, Known, Selector, selectors};
use crate::style::{self, Declaration};

/// Bytes of sheets that are read; a mail with more is shown without them. Outlook's are 20 kB, the longest newsletters' 100 kB.
const MAX_BYTES: usize = 256 * 1024;
/// Selectors in all.
const MAX_SELECTORS: usize = 4_000;
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

impl Sheet {
    /// The sheets of a mail, in their order; empty when there are none or too many.
    pub fn of(html: &str) -> Self {
        let mut text = String::new();
        let mut begin = 0;
        // A thread brings the same sheet with each mail that it quotes.
        let mut seen = HashSet::new();
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
                        if seen.insert(text.get(begin..).unwrap_or_default().to_owned()) {
                            begin = text.len();
                        } else {
                            text.truncate(begin);
                        }
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
        if self.selectors.len() >= MAX_SELECTORS {
            return;
        }
        let at = self.selectors.len();
        let place = match selector.key() {
            Key::Id(id) => self.by_id.entry(id.to_owned()).or_default(),
            Key::Class(class) => self.by_class.entry(class.to_owned()).or_default(),
            Key::Element(element) => self.by_element.entry(element.to_owned()).or_default(),
            Key::Anything => &mut self.anywhere,
        };
        place.push(at);
        selector.rule = rule;
        self.selectors.push(selector);
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
