//! What happened to a connection, in words.

use i18n_embed_fl::fl;
use store::{ConnectionState, Happening};

use crate::doctor::n;
use crate::language::Texts;

/// One event in words.
pub(crate) fn happening(t: Texts, happening: &Happening) -> String {
    match happening {
        Happening::Connected { by } => fl!(t, "happened-connected", by = by.as_str()),
        Happening::Reconnected { by } => fl!(t, "happened-reconnected", by = by.as_str()),
        Happening::Moved { from, to } => fl!(t, "happened-moved", from = way(t, from), to = way(t, to)),
        Happening::State { state, .. } => state_words(t, *state),
        Happening::CaughtUp { came_in, went_out } => {
            fl!(t, "happened-caught-up", came = n(came_in), went = n(went_out))
        }
        Happening::Deleted => fl!(t, "happened-deleted"),
        Happening::Edited { name } => fl!(t, "happened-edited", name = name.as_str()),
        Happening::MadeDefault => fl!(t, "happened-made-default"),
        Happening::Proved { millis } => {
            let tenths = millis.div_ceil(100);
            fl!(t, "happened-proved", seconds = format!("{}.{}", tenths / 10, tenths % 10))
        }
        Happening::NotProved => fl!(t, "happened-not-proved"),
        Happening::Resynced => fl!(t, "happened-resynced"),
        Happening::SweepFound { found } => fl!(t, "happened-sweep-found", found = n(found)),
        Happening::NotificationsOn => fl!(t, "happened-notifications-on"),
        Happening::NotificationsOff { why } => match why.as_str() {
            "silent" => fl!(t, "happened-notifications-silent"),
            "removed" => fl!(t, "happened-notifications-removed"),
            "refused" => fl!(t, "happened-notifications-refused"),
            "expired" => fl!(t, "happened-notifications-expired"),
            _ => fl!(t, "happened-notifications-off"),
        },
        Happening::AlarmTold { .. } => fl!(t, "happened-alarm-told"),
        Happening::Import { what, mails } => match what.as_str() {
            "paused" => fl!(t, "happened-import-paused"),
            "resumed" => fl!(t, "happened-import-resumed"),
            "finished" => fl!(t, "happened-import-finished", mails = n(mails)),
            "undone" => fl!(t, "happened-import-undone", mails = n(mails)),
            _ => fl!(t, "happened-import-started", mails = n(mails)),
        },
        Happening::CheckedUp { troubles } => fl!(t, "happened-checked-up", troubles = n(troubles)),
    }
}

fn way(t: Texts, word: &str) -> String {
    match word {
        "forwarding" => fl!(t, "way-forwarding"),
        "delegated" => fl!(t, "way-delegated"),
        "app_only" => fl!(t, "way-app-only"),
        other => other.to_owned(),
    }
}

fn state_words(t: Texts, state: ConnectionState) -> String {
    match state {
        ConnectionState::Verified => fl!(t, "happened-verified"),
        ConnectionState::Delayed => fl!(t, "happened-delayed"),
        ConnectionState::Unproved => fl!(t, "happened-unproved"),
        ConnectionState::NeedsSignIn => fl!(t, "happened-needs-sign-in"),
        ConnectionState::NeedsAdministrator => fl!(t, "happened-needs-administrator"),
        ConnectionState::AppCredential => fl!(t, "happened-app-credential"),
        ConnectionState::MailboxGone => fl!(t, "happened-mailbox-gone"),
    }
}

/// How serious an event is: a word of the style sheet.
pub(crate) fn tone(happening: &Happening) -> &'static str {
    match happening {
        Happening::State { state: ConnectionState::Delayed, .. }
        | Happening::NotificationsOff { .. }
        | Happening::SweepFound { .. }
        | Happening::Resynced => "wait",
        Happening::State { state, .. } if !state.works() => "bad",
        Happening::NotProved => "bad",
        Happening::CheckedUp { troubles } if *troubles > 0 => "bad",
        Happening::State { .. }
        | Happening::Connected { .. }
        | Happening::Reconnected { .. }
        | Happening::Proved { .. }
        | Happening::CaughtUp { .. } => "good",
        _ => "plain",
    }
}
