//! Times in the reader's own time zone.

use askama::filters::HtmlSafe;
use desk::Language;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The reader's time zone. The browser tells it by a cookie that our script sets on the first page; until then the server
/// writes UTC and the script puts the times right.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    zone: TimeZone,
    known: bool,
}

impl Zone {
    /// From the cookie; anything that is not the name of a zone counts as not known.
    pub(crate) fn from_cookie(name: Option<&str>) -> Self {
        match name.and_then(|name| TimeZone::get(name).ok()) {
            Some(zone) => Self { zone, known: true },
            None => Self { zone: TimeZone::UTC, known: false },
        }
    }

    /// Its name, where the browser has told it.
    pub(crate) fn name(&self) -> Option<&str> {
        self.zone.iana_name().filter(|_| self.known)
    }

    /// For lists: the time of day today, the day this year, else the whole date.
    pub(crate) fn short(&self, at: Timestamp, now: Timestamp, language: Language) -> When {
        let (then, today) = (at.to_zoned(self.zone.clone()), now.to_zoned(self.zone.clone()));
        let pattern = if then.date() == today.date() {
            "%H:%M"
        } else if then.year() == today.year() {
            match language {
                Language::En => "%-d %b",
                Language::Ja => "%-m月%-d日",
            }
        } else {
            match language {
                Language::En => "%-d %b %Y",
                Language::Ja => "%Y年%-m月%-d日",
            }
        };
        self.write(at, pattern, language, "short")
    }

    /// Date and time of day.
    pub(crate) fn full(&self, at: Timestamp, language: Language) -> When {
        self.write(at, full_pattern(language), language, "full")
    }

    /// Date and time of day as text, for the middle of a sentence.
    pub(crate) fn plain(&self, at: Timestamp, language: Language) -> String {
        let suffix = if self.known { "" } else { " UTC" };
        format!("{}{suffix}", at.to_zoned(self.zone.clone()).strftime(full_pattern(language)))
    }

    /// When the day of `now` began here.
    pub(crate) fn midnight(&self, now: Timestamp) -> Timestamp {
        now.to_zoned(self.zone.clone()).start_of_day().map_or(now, |midnight| midnight.timestamp())
    }

    /// When a day begins here.
    pub(crate) fn start_of(&self, day: Date) -> Option<Timestamp> {
        day.to_zoned(self.zone.clone()).ok().map(|start| start.timestamp())
    }

    /// The day of a moment here.
    pub(crate) fn date(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// Date alone.
    pub(crate) fn day_of(&self, at: Timestamp, language: Language) -> String {
        let pattern = match language {
            Language::En => "%-d %b %Y",
            Language::Ja => "%Y年%-m月%-d日",
        };
        at.to_zoned(self.zone.clone()).strftime(pattern).to_string()
    }

    fn write(&self, at: Timestamp, pattern: &str, language: Language, form: &'static str) -> When {
        let zoned = at.to_zoned(self.zone.clone());
        let suffix = if self.known || form == "short" { "" } else { " UTC" };
        When {
            iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            text: format!("{}{suffix}", zoned.strftime(pattern)),
            title: format!(
                "{}{}",
                zoned.strftime(full_pattern(language)),
                if self.known { "" } else { " UTC" }
            ),
            form: if self.known { None } else { Some(form) },
        }
    }
}

fn full_pattern(language: Language) -> &'static str {
    match language {
        Language::En => "%-d %b %Y, %H:%M",
        Language::Ja => "%Y年%-m月%-d日 %H:%M",
    }
}

/// A time, as a `<time>` element.
#[derive(Debug, Clone)]
pub(crate) struct When {
    iso: String,
    text: String,
    title: String,
    /// Set when the script shall put it into the browser's zone.
    form: Option<&'static str>,
}

impl When {
    /// A whole day, which is the same in every zone.
    pub(crate) fn day(day: Date, language: Language) -> Self {
        let pattern = match language {
            Language::En => "%-d %b %Y",
            Language::Ja => "%Y年%-m月%-d日",
        };
        let text = day.strftime(pattern).to_string();
        Self { iso: day.to_string(), title: text.clone(), text, form: None }
    }
}

// Made of digits, month names and our own patterns only.
impl HtmlSafe for When {}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<time datetime=\"{}\" title=\"{}\"", self.iso, self.title)?;
        if let Some(form) = self.form {
            write!(f, " data-local=\"{form}\"")?;
        }
        write!(f, ">{}</time>", self.text)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_list_shows_as_much_of_the_date_as_is_needed() {
        let tokyo = Zone::from_cookie(Some("Asia/Tokyo"));
        let now = at("2026-11-23T03:00:00Z");
        let cases = [
            ("2026-11-22T15:30:00Z", "00:30", "00:30"),
            ("2026-11-22T14:30:00Z", "22 Nov", "11月22日"),
            ("2025-01-02T00:00:00Z", "2 Jan 2025", "2025年1月2日"),
        ];
        for (time, english, japanese) in cases {
            assert_eq!(tokyo.short(at(time), now, Language::En).text, english);
            assert_eq!(tokyo.short(at(time), now, Language::Ja).text, japanese);
        }
    }

    #[test]
    fn without_a_known_zone_utc_is_said_and_the_script_is_asked() {
        for cookie in [None, Some("No/Where"), Some("../../etc/passwd")] {
            let html = Zone::from_cookie(cookie).full(at("2026-11-23T03:00:00Z"), Language::Ja).to_string();
            assert_eq!(
                html,
                "<time datetime=\"2026-11-23T03:00:00Z\" title=\"2026年11月23日 03:00 UTC\" data-local=\"full\">2026年11月23日 03:00 UTC</time>"
            );
        }
        let html =
            Zone::from_cookie(Some("Asia/Tokyo")).full(at("2026-11-23T03:00:00Z"), Language::En).to_string();
        assert!(html.ends_with(">23 Nov 2026, 12:00</time>") && !html.contains("data-local"), "{html}");
    }
}
