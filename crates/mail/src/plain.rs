//! HTML to plain text, as a reader would copy it: paragraphs, lists, quotes with `>`, links only by their text.

use crate::markup::{self, Piece};

/// Nobody reads on after this many bytes; the HTML itself is kept whole.
const MAX_HTML: usize = 8 * 1024 * 1024;
/// Deeper quotes look like this depth.
const MAX_QUOTE: usize = 20;

/// HTML as plain text.
pub fn to_text(html: &str) -> String {
    let html = html.get(..html.floor_char_boundary(MAX_HTML)).unwrap_or(html);
    let mut writer = Writer::default();
    markup::read(html, |piece| {
        writer.piece(&piece);
        true
    });
    writer.finish()
}

/// Text, and where each of its lines comes from.
pub struct Lines {
    /// As [`to_text`] makes it.
    pub text: String,
    /// For each line that shows something: its number, and the piece and the byte in it where it begins. In order.
    origins: Vec<Origin>,
}

#[derive(Clone, Copy)]
struct Origin {
    line: usize,
    piece: usize,
    byte: usize,
}

impl Lines {
    /// Piece, and byte in it, where the line begins, or the next one that shows something.
    pub fn origin(&self, line: usize) -> Option<(usize, usize)> {
        let at = self.origins.partition_point(|origin| origin.line < line);
        self.origins.get(at).map(|origin| (origin.piece, origin.byte))
    }
}

/// Pieces as text whose lines know where they come from.
pub fn to_lines(pieces: &[Piece]) -> Lines {
    let mut writer = Writer { origins: Some(Vec::new()), ..Writer::default() };
    for (at, piece) in pieces.iter().enumerate() {
        writer.at = at;
        writer.piece(piece);
    }
    let origins = writer.origins.take().unwrap_or_default();
    Lines { text: writer.finish(), origins }
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Line breaks asked for before the next text: 1 a new line, 2 an empty line.
    breaks: usize,
    space: bool,
    quote: usize,
    pre: usize,
    /// Inside an element whose text is not shown.
    hidden: Option<String>,
    cells: bool,
    /// A list mark was written and waits for its text.
    marked: bool,
    lists: Vec<Option<usize>>,
    /// Where the lines come from, when somebody asks.
    origins: Option<Vec<Origin>>,
    /// Lines ended so far.
    ended: usize,
    /// The piece at hand.
    at: usize,
}

impl Writer {
    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Start(element) => self.start(element),
            Piece::End(name) => self.end(name),
            Piece::Text(text) => self.text(text),
        }
    }

    /// A line that shows something begins with this byte of the piece at hand.
    fn note_origin(&mut self, byte: usize) {
        let (line, piece) = (self.ended, self.at);
        if let Some(origins) = &mut self.origins
            && (self.out.is_empty() || self.out.ends_with('\n'))
        {
            origins.push(Origin { line, piece, byte });
        }
    }

    fn start(&mut self, element: &markup::Element) {
        if self.hidden.is_some() {
            return;
        }
        match element.name.as_str() {
            name @ ("script" | "style" | "title" | "template" | "noframes" | "iframe" | "select") => {
                self.hidden = Some(name.to_owned());
            }
            "br" => self.line_break(),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl" => self.ask(paragraph(element)),
            "ul" | "ol" => {
                self.ask(if self.lists.is_empty() { 2 } else { 1 });
                self.lists.push((element.name == "ol").then_some(0));
            }
            "li" => {
                self.ask(1);
                let depth = self.lists.len().clamp(1, MAX_QUOTE);
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number)
                    }
                    _ => "* ".to_owned(),
                };
                self.text(&format!("{}{mark}", "\u{a0}\u{a0}".repeat(depth - 1)));
                self.marked = true;
            }
            "blockquote" => {
                self.ask(1);
                self.flush();
                self.quote += 1;
            }
            "pre" => {
                self.ask(2);
                self.pre += 1;
            }
            "hr" => {
                self.ask(1);
                self.text("----------");
                self.ask(1);
            }
            "tr" => {
                self.ask(1);
                self.cells = false;
            }
            "td" | "th" => {
                if self.cells {
                    self.space = true;
                }
                self.cells = true;
            }
            "img" => {
                if let Some(alt) = element.attribute("alt").map(str::trim).filter(|alt| !alt.is_empty()) {
                    self.text(&format!("[{}]", crate::header::one_line(alt)));
                }
            }
            name if is_block(name) => self.ask(1),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(hidden) = &self.hidden {
            if hidden == name {
                self.hidden = None;
            }
            return;
        }
        match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl" => self.ask(1),
            "ul" | "ol" => {
                self.lists.pop();
                self.ask(1);
            }
            "blockquote" => {
                self.quote = self.quote.saturating_sub(1);
                self.ask(1);
            }
            "pre" => {
                self.pre = self.pre.saturating_sub(1);
                self.ask(1);
            }
            name if is_block(name) => self.ask(1),
            _ => {}
        }
    }

    fn ask(&mut self, breaks: usize) {
        // The text of a list item follows its mark, even inside a paragraph.
        if self.marked {
            return;
        }
        self.breaks = self.breaks.max(breaks);
        self.space = false;
    }

    /// Writes what was asked for, so that it gets the quote depth it was asked under.
    fn flush(&mut self) {
        if self.breaks > 0 && !self.out.is_empty() {
            let have = self.out.bytes().rev().take_while(|b| *b == b'\n').count();
            for _ in have..self.breaks {
                self.newline();
            }
        }
        self.breaks = 0;
    }

    fn newline(&mut self) {
        if self.out.is_empty() {
            return;
        }
        let line = self.out.trim_end_matches(' ').len();
        self.out.truncate(line);
        self.out.push('\n');
        self.ended += 1;
    }

    fn line_break(&mut self) {
        self.flush();
        self.begin_line();
        self.newline();
        self.space = false;
    }

    fn begin_line(&mut self) {
        if self.quote > 0 && (self.out.is_empty() || self.out.ends_with('\n')) {
            self.out.push_str(&">".repeat(self.quote.min(MAX_QUOTE)));
            self.out.push(' ');
        }
    }

    fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        for (byte, c) in text.char_indices() {
            match c {
                '\n' if self.pre > 0 => self.line_break(),
                ' ' | '\t' | '\n' | '\r' | '\u{c}' if self.pre == 0 => self.space = true,
                '\0' | '\u{200b}' | '\u{feff}' | '\u{ad}' | '\r' => {}
                c => {
                    self.marked = false;
                    self.flush();
                    self.note_origin(byte);
                    self.begin_line();
                    if self.space && !self.out.is_empty() && !self.out.ends_with(['\n', ' ']) {
                        self.out.push(' ');
                    }
                    self.space = false;
                    self.out.push(if c == '\u{a0}' { ' ' } else { c });
                }
            }
        }
    }

    fn finish(self) -> String {
        let text = self.out.trim_end();
        text.trim_start_matches('\n').to_owned()
    }
}

/// Outlook writes each line as a paragraph without margin.
fn paragraph(element: &markup::Element) -> usize {
    let style = element.attribute("style").unwrap_or_default();
    let tight = element.has_class("MsoNormal")
        || element.has_class("MsoPlainText")
        || style.replace(' ', "").contains("margin:0")
        || style.replace(' ', "").contains("margin-top:0");
    if tight { 1 } else { 2 }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "header"
            | "html"
            | "li"
            | "main"
            | "nav"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "tr"
    )
}
