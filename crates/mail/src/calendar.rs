//! What a calendar part says, in the few words a person needs: what, when, where, who asks, and what was answered.

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarMethod,
    ICalendarParameterName, ICalendarParameterValue, ICalendarParticipationStatus, ICalendarProperty,
    ICalendarValue,
};
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use crate::header::one_line;
use crate::letter::{Address, Invitation, InvitationKind, Mailbox, Moment};
use crate::mime::Part;

/// Calendars beyond this size are no invitation.
const MAX_CALENDAR: usize = 1024 * 1024;
/// Characters kept of each text.
const MAX_TEXT: usize = 500;

/// The invitation of a mail: its first readable calendar part. `zone`: that of the sender, for times that name none.
pub fn invitation(parts: &[Part<'_>], zone: Option<Offset>) -> Option<Invitation> {
    parts.iter().filter(|part| is_calendar(part)).take(5).find_map(|part| {
        let bytes = part.decoded();
        let text = crate::charset::decode(
            bytes.get(..MAX_CALENDAR).unwrap_or(&bytes),
            part.charset.as_deref(),
            part.fields.hint(),
        );
        let declared = part.fields.content("content-type").and_then(|content| content.attribute("method"));
        read(&text, declared.as_deref(), zone)
    })
}

/// By its type, or by its name where the type says nothing.
fn is_calendar(part: &Part<'_>) -> bool {
    let is_named = || part.name.as_deref().is_some_and(|name| name.to_ascii_lowercase().ends_with(".ics"));
    !part.container
        && match part.mime.as_str() {
            "text/calendar" | "application/ics" => true,
            "application/octet-stream" | "text/plain" => is_named(),
            _ => false,
        }
}

/// The words of a calendar part, for a mail that has no others.
pub fn description(parts: &[Part<'_>]) -> Option<String> {
    let part = parts.iter().find(|part| !part.container && part.mime == "text/calendar")?;
    let bytes = part.decoded();
    let bytes = bytes.get(..MAX_CALENDAR).unwrap_or(&bytes);
    let text = crate::charset::decode(bytes, part.charset.as_deref(), part.fields.hint());
    let calendar = ICalendar::parse(&text).ok()?;
    let event = calendar.components.iter().find(|c| c.component_type == ICalendarComponentType::VEvent)?;
    let words = event.property(&ICalendarProperty::Description)?.values.first()?.as_text()?;
    let words = words.replace("\r\n", "\n");
    (!words.trim().is_empty()).then_some(words)
}

/// Reads a calendar; `None` when there is no event in it. `declared`: the method the mail names, for calendars that lost it.
fn read(text: &str, declared: Option<&str>, zone: Option<Offset>) -> Option<Invitation> {
    let calendar = ICalendar::parse(text).ok()?;
    let zones = calendar.build_tz_resolver();
    let event = calendar.components.iter().find(|c| c.component_type == ICalendarComponentType::VEvent)?;
    let method =
        calendar.components.iter().flat_map(|c| &c.entries).find_map(|entry| match entry.values.first() {
            Some(ICalendarValue::Method(method)) => Some(method.clone()),
            _ => None,
        });
    let method = method.or_else(|| match declared?.to_ascii_uppercase().as_str() {
        "CANCEL" => Some(ICalendarMethod::Cancel),
        "REPLY" => Some(ICalendarMethod::Reply),
        "COUNTER" => Some(ICalendarMethod::Counter),
        "PUBLISH" => Some(ICalendarMethod::Publish),
        _ => None,
    });
    let words = |property: &ICalendarProperty| {
        let text = event.property(property)?.values.first()?.as_text()?;
        let text: String = one_line(text).chars().take(MAX_TEXT).collect();
        (!text.is_empty()).then_some(text)
    };
    let when =
        |property: &ICalendarProperty| moment(event.property(property)?, |name| zones.resolve(name), zone);
    let answer = attendee(event);
    let (title, starts) = (words(&ICalendarProperty::Summary), when(&ICalendarProperty::Dtstart));
    if title.is_none() && starts.is_none() {
        return None;
    }
    Some(Invitation {
        kind: match (method, answer) {
            (Some(ICalendarMethod::Cancel), _) => InvitationKind::Cancelled,
            (Some(ICalendarMethod::Reply), Some((_, kind))) => kind,
            (Some(ICalendarMethod::Counter), _) => InvitationKind::OtherTimeProposed,
            (Some(ICalendarMethod::Publish), _) => InvitationKind::Published,
            _ => InvitationKind::Invited,
        },
        title: title.unwrap_or_default(),
        starts,
        ends: when(&ICalendarProperty::Dtend).or_else(|| after(starts?, event)),
        place: words(&ICalendarProperty::Location),
        organizer: event.property(&ICalendarProperty::Organizer).and_then(person),
        repeats: event.has_property(&ICalendarProperty::Rrule),
    })
}

/// The first attendee and what they answered.
fn attendee(event: &ICalendarComponent) -> Option<(&ICalendarEntry, InvitationKind)> {
    let entry = event.property(&ICalendarProperty::Attendee)?;
    let kind = match entry.parameter(&ICalendarParameterName::Partstat)? {
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::Accepted) => InvitationKind::Accepted,
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::Declined) => InvitationKind::Declined,
        ICalendarParameterValue::Partstat(ICalendarParticipationStatus::Tentative) => {
            InvitationKind::Tentative
        }
        _ => return None,
    };
    Some((entry, kind))
}

fn person(entry: &ICalendarEntry) -> Option<Mailbox> {
    let address = Address::parse(entry.calendar_address()?)?;
    let name = match entry.parameter(&ICalendarParameterName::Cn) {
        Some(ICalendarParameterValue::Text(name)) => one_line(name).chars().take(MAX_TEXT).collect(),
        _ => String::new(),
    };
    Some(Mailbox { name, address })
}

/// The end of an event that says how long it lasts.
fn after(starts: Moment, event: &ICalendarComponent) -> Option<Moment> {
    let ICalendarValue::Duration(lasts) = event.property(&ICalendarProperty::Duration)?.values.first()?
    else {
        return None;
    };
    let seconds = lasts.as_seconds();
    match starts {
        Moment::At(at) => at.checked_add(SignedDuration::from_secs(seconds)).ok().map(Moment::At),
        Moment::Day(day) => day.checked_add(SignedDuration::from_secs(seconds)).ok().map(Moment::Day),
    }
}

/// A whole day, or a moment in the zone the calendar names (Windows' names of zones are known, too), or else in the sender's.
fn moment<Z>(
    entry: &ICalendarEntry,
    zone: impl Fn(&str) -> Option<Z>,
    senders: Option<Offset>,
) -> Option<Moment>
where
    Z: Into<calcard::common::timezone::Tz>,
{
    let date = entry.values.first()?.as_partial_date_time()?;
    if date.hour.is_none() {
        let day = Date::new(
            i16::try_from(date.year?).ok()?,
            i8::try_from(date.month?).ok()?,
            i8::try_from(date.day?).ok()?,
        );
        return day.ok().map(Moment::Day);
    }
    let name = match entry.parameter(&ICalendarParameterName::Tzid) {
        Some(ICalendarParameterValue::Text(name)) => Some(name.as_str()),
        _ => None,
    };
    let zone = name.and_then(zone).map(Into::into);
    // "At nine": nine where the sender is.
    let behind = match &zone {
        None if date.tz_hour.is_none() => senders.map_or(0, Offset::seconds),
        _ => 0,
    };
    let at = date.to_date_time_with_tz(zone.unwrap_or(calcard::common::timezone::Tz::UTC))?;
    Timestamp::from_second(at.timestamp() - i64::from(behind)).ok().map(Moment::At)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(method: &str, lines: &str) -> String {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:1\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    }

    /// The agent must see when and where without opening a file that browsers do not show.
    #[test]
    fn an_invitation_of_outlook_says_what_when_and_where() {
        let text = event(
            "REQUEST",
            "SUMMARY;LANGUAGE=ja-JP:定例\r\n  打ち合わせ\r\nDTSTART;TZID=Tokyo Standard Time:20261124T130000\r\nDTEND;TZID=Tokyo Standard Time:20261124T140000\r\nLOCATION:第3会議室\r\nORGANIZER;CN=\"山田 太郎\":mailto:Taro@Example.co.jp",
        );
        let read = read(&text, None, None).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(read.kind, InvitationKind::Invited);
        assert_eq!(read.title, "定例 打ち合わせ");
        assert_eq!(read.starts, "2026-11-24T04:00:00Z".parse().ok().map(Moment::At));
        assert_eq!(read.ends, "2026-11-24T05:00:00Z".parse().ok().map(Moment::At));
        assert_eq!(read.place.as_deref(), Some("第3会議室"));
        assert_eq!(
            read.organizer.map(|o| (o.name, o.address.to_string())),
            Some(("山田 太郎".into(), "taro@example.co.jp".into()))
        );
    }

    #[test]
    fn answers_and_cancellations_are_told_apart() {
        let answered = |status: &str| {
            event(
                "REPLY",
                &format!(
                    "SUMMARY:x\r\nDTSTART:20261124T040000Z\r\nATTENDEE;PARTSTAT={status}:mailto:a@b.example"
                ),
            )
        };
        let table = [
            (answered("ACCEPTED"), InvitationKind::Accepted),
            (answered("DECLINED"), InvitationKind::Declined),
            (answered("TENTATIVE"), InvitationKind::Tentative),
            (event("CANCEL", "SUMMARY:x"), InvitationKind::Cancelled),
            (event("COUNTER", "SUMMARY:x"), InvitationKind::OtherTimeProposed),
            (event("PUBLISH", "SUMMARY:x"), InvitationKind::Published),
        ];
        for (text, kind) in table {
            assert_eq!(read(&text, None, None).map(|read| read.kind), Some(kind), "{text}");
        }
    }

    #[test]
    fn whole_days_have_no_hour() {
        let text = event("REQUEST", "SUMMARY:x\r\nDTSTART;VALUE=DATE:20261124");
        assert_eq!(
            read(&text, None, None).and_then(|read| read.starts),
            Date::new(2026, 11, 24).ok().map(Moment::Day)
        );
    }

    #[test]
    fn what_is_no_event_is_no_invitation() {
        for text in ["", "hello", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "BEGIN:VEVENT"] {
            assert_eq!(read(text, None, None), None, "{text:?}");
        }
    }
}
