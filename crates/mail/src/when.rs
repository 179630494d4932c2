//! Dates as mail programs write them into a quoted mail: `2026年11月23日 8:02`, `Monday, November 23, 2026 8:02 AM`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// Japan's time, which Japanese words are read in.
const JAPAN: i8 = 9;

/// The moment a line names; `None` when it names none. Without a zone of its own it is read in Japan's when it is written in
/// Japanese, otherwise in `zone`.
pub fn moment(line: &str, zone: Option<Offset>) -> Option<Timestamp> {
    // Most lines have no year and no day: they cost no more than a look.
    let digits = line.chars().take(120).filter(|c| narrow(*c).is_ascii_digit()).count();
    if digits < 5 {
        return None;
    }
    let line: String = line.chars().take(120).map(narrow).collect();
    let date = date(&line)?;
    let time = time(&line).unwrap_or(Time::midnight());
    let japanese = line.contains(['年', '月', '日']) || line.contains("午前") || line.contains("午後");
    let offset =
        offset(&line).or_else(|| japanese.then(|| Offset::constant(JAPAN))).or(zone).unwrap_or(Offset::UTC);
    offset.to_timestamp(DateTime::from_parts(date, time)).ok()
}

/// The zone a `Date` header names.
pub fn zone(line: &str) -> Option<Offset> {
    offset(line.get(..line.floor_char_boundary(200)).unwrap_or(line))
}

/// `８：０２` is `8:02`.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\u{202f}' => ' ',
        c => c,
    }
}

/// A number, where it stands, and what stands around it.
struct Number {
    value: i32,
    digits: usize,
    begin: usize,
    end: usize,
}

fn numbers(line: &str) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut at = 0;
    while let Some(begin) =
        line.get(at..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit())).map(|n| at + n)
    {
        let digits = line.get(begin..).unwrap_or_default().bytes().take_while(u8::is_ascii_digit).count();
        let end = begin + digits;
        // Longer ones are no part of a date.
        if let Some(value) = line.get(begin..end).filter(|_| digits <= 4).and_then(|n| n.parse().ok()) {
            numbers.push(Number { value, digits, begin, end });
        }
        at = end;
    }
    numbers
}

fn date(line: &str) -> Option<Date> {
    let numbers = numbers(line);
    let between = |a: &Number, b: &Number| line.get(a.end..b.begin).unwrap_or_default().trim();
    for (at, first) in numbers.iter().enumerate() {
        let Some([second, third]) = numbers.get(at + 1..at + 3) else { break };
        let (one, two) = (between(first, second), between(second, third));
        let triple = match (one, two) {
            ("年", "月") => Some((first, second, third)),
            ("/" | "-" | ".", _) if one == two && first.digits == 4 => Some((first, second, third)),
            ("." | ". ", ".") if third.digits == 4 => Some((third, second, first)),
            // America writes the month first, most others the day.
            ("/" | "-", _) if one == two && third.digits == 4 && first.value > 12 => {
                Some((third, second, first))
            }
            ("/" | "-", _) if one == two && third.digits == 4 => Some((third, first, second)),
            _ => None,
        };
        if let Some((year, month, day)) = triple {
            return civil(year.value, month.value, day.value);
        }
    }
    // A name of a month, a year of four digits, and the nearest small number.
    let year = numbers.iter().find(|n| n.digits == 4)?;
    let (place, month) = month_name(line)?;
    let day = numbers
        .iter()
        .filter(|n| {
            n.digits <= 2
                && !line.get(n.end..).is_some_and(|rest| rest.starts_with(':'))
                && !is_behind_colon(line, n)
        })
        .min_by_key(|n| n.begin.abs_diff(place))?;
    civil(year.value, month, day.value)
}

fn is_behind_colon(line: &str, number: &Number) -> bool {
    line.get(..number.begin).is_some_and(|before| before.ends_with(':'))
}

fn civil(year: i32, month: i32, day: i32) -> Option<Date> {
    if !(1980..=2200).contains(&year) {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Where a month is named, and which.
fn month_name(line: &str) -> Option<(usize, i32)> {
    const STARTS: [(&str, i32); 30] = [
        ("jan", 1),
        ("feb", 2),
        ("fév", 2),
        ("mar", 3),
        ("mär", 3),
        ("mrz", 3),
        ("apr", 4),
        ("avr", 4),
        ("abr", 4),
        ("may", 5),
        ("mai", 5),
        ("mag", 5),
        ("juin", 6),
        ("jun", 6),
        ("giu", 6),
        ("juil", 7),
        ("jul", 7),
        ("lug", 7),
        ("aug", 8),
        ("août", 8),
        ("ago", 8),
        ("sep", 9),
        ("set", 9),
        ("oct", 10),
        ("okt", 10),
        ("ott", 10),
        ("nov", 11),
        ("dec", 12),
        ("déc", 12),
        ("dez", 12),
    ];
    let lower = line.to_lowercase();
    let mut at = 0;
    for word in lower.split(|c: char| !c.is_alphabetic()) {
        let begin = at;
        at += word.len()
            + lower.get(at + word.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        if let Some((_, month)) = STARTS.iter().find(|(start, _)| word.starts_with(start)) {
            return Some((begin, *month));
        }
    }
    None
}

fn time(line: &str) -> Option<Time> {
    let numbers = numbers(line);
    let followed = |n: &Number, mark: &str| line.get(n.end..).is_some_and(|rest| rest.starts_with(mark));
    for (at, hour) in numbers.iter().enumerate() {
        if !(followed(hour, ":") || followed(hour, "時")) || hour.digits > 2 {
            continue;
        }
        let minute = numbers.get(at + 1).filter(|n| n.begin <= hour.end + 3 && n.digits <= 2);
        if minute.is_none() && followed(hour, ":") {
            continue;
        }
        let second = minute
            .filter(|minute| followed(minute, ":") || followed(minute, "分"))
            .and_then(|minute| numbers.get(at + 2).filter(|n| n.begin <= minute.end + 3 && n.digits <= 2));
        let lower = line.to_lowercase();
        let behind = lower.get(second.or(minute).unwrap_or(hour).end..).unwrap_or_default().trim_start();
        let before = line.get(..hour.begin).unwrap_or_default().trim_end();
        let afternoon = behind.starts_with("pm")
            || behind.starts_with("p.m")
            || before.ends_with("午後")
            || before.ends_with("PM");
        let morning = behind.starts_with("am")
            || behind.starts_with("a.m")
            || before.ends_with("午前")
            || before.ends_with("AM");
        let hours = match hour.value {
            12 if morning => 0,
            hours if afternoon && hours < 12 => hours + 12,
            hours => hours,
        };
        let part = |n: Option<&Number>| i8::try_from(n.map_or(0, |n| n.value)).ok();
        return Time::new(i8::try_from(hours).ok()?, part(minute)?, part(second)?, 0).ok();
    }
    None
}

/// `+0900`, `+09:00`, `GMT+9`, `JST`, `UTC`.
fn offset(line: &str) -> Option<Offset> {
    for (at, sign) in line.match_indices(['+', '-']) {
        let rest = line.get(at + 1..).unwrap_or_default();
        let before = line.get(..at).unwrap_or_default();
        let named = before.ends_with("GMT") || before.ends_with("UTC");
        if !named && !before.ends_with([' ', '(']) {
            continue;
        }
        let digits: String =
            rest.chars().take_while(|c| c.is_ascii_digit() || *c == ':').filter(|c| *c != ':').collect();
        let (hours, minutes) = match digits.len() {
            4 => (digits.get(..2)?.parse::<i32>().ok()?, digits.get(2..)?.parse::<i32>().ok()?),
            1 | 2 if named => (digits.parse().ok()?, 0),
            _ => continue,
        };
        let seconds = (hours * 60 + minutes) * 60;
        return Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok();
    }
    let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|word| match word {
        "JST" => Some(Offset::constant(JAPAN)),
        "GMT" | "UTC" | "Z" => Some(Offset::UTC),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_each_program_writes_them() {
        for line in [
            "2026年11月23日 8:02",
            "2026年11月23日(月) 午前8:02",
            "2026年11月23日月曜日 8時02分",
            "２０２６年１１月２３日　８：０２",
            "2026/11/23 8:02 JST",
            "2026-11-23 08:02:00 +0900",
            "2026/11/23, Mon 08:02 (GMT+9)",
            "Mon, 23 Nov 2026 08:02:00 +0900",
            "Sunday, November 22, 2026 11:02 PM",
            "Sun, Nov 22, 2026 at 11:02\u{202f}PM",
            "22.11.2026 23:02",
            "Sonntag, 22. November 2026 23:02",
            "dimanche 22 novembre 2026 23:02",
            "11/22/2026 11:02 PM",
            "Nov 22, 2026, at 23:02",
        ] {
            assert_eq!(
                moment(line, Some(Offset::UTC)).map(|at| at.to_string()).as_deref(),
                Some("2026-11-22T23:02:00Z"),
                "{line}"
            );
        }
    }

    #[test]
    fn a_date_without_a_zone_is_read_in_the_writers() {
        let read = |line: &str, zone| moment(line, zone).map(|at| at.to_string());
        let zone = Offset::from_seconds(-5 * 3600).ok();
        assert_eq!(read("Nov 22, 2026 11:02 PM", zone).as_deref(), Some("2026-11-23T04:02:00Z"));
        assert_eq!(read("12:30 AM, 1 May 2026", None).as_deref(), Some("2026-05-01T00:30:00Z"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for line in [
            "",
            "Monday",
            "yesterday at 8:02",
            "99/99/2026",
            "2026年13月40日",
            "1234567890123",
            "::::",
            "月日年",
        ] {
            assert_eq!(moment(line, None), None, "{line}");
        }
    }
}
