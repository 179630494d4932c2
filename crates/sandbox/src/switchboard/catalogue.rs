//! The faults as the page offers them: in which group, with which fields. A test holds it against [`crate::faults::Kind`].

/// What a field takes.
#[derive(Clone, Copy, Debug)]
pub enum Input {
    /// A number, perhaps left out.
    Number(&'static str),
    /// A line of text.
    Text(&'static str),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Yes or no; whether it is ticked at first.
    Flag(bool),
}

/// A field of a fault.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the control API.
    pub name: &'static str,
    /// What it takes.
    pub input: Input,
}

/// A fault of the page.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name in the control API.
    pub kind: &'static str,
    /// Its own fields.
    pub fields: &'static [Field],
    /// It can be held to one operation.
    pub by_operation: bool,
}

/// Faults that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Key of its heading.
    pub key: &'static str,
    /// Its faults.
    pub entries: &'static [Entry],
}

const fn field(name: &'static str, input: Input) -> Field {
    Field { name, input }
}

const fn of_calls(kind: &'static str, fields: &'static [Field]) -> Entry {
    Entry { kind, fields, by_operation: true }
}

const fn plain(kind: &'static str, fields: &'static [Field]) -> Entry {
    Entry { kind, fields, by_operation: false }
}

const EFFECT: Field = field("effect", Input::Choice(&["before", "after"]));
const MILLIS: Field = field("millis", Input::Number("1000"));
const FOLDER: Field = field("folder", Input::Text("archive"));
const ITEM: Field = field("item", Input::Text(""));

/// Operations a fault of calls may be held to.
pub const OPERATIONS: &[&str] = &[
    "any", "me", "delta", "list", "get", "mime", "patch", "draft", "attach", "upload", "send", "batch",
    "token",
];

/// All of them.
pub const GROUPS: &[Group] = &[
    Group {
        key: "group_calls",
        entries: &[
            of_calls(
                "throttle",
                &[field("retryAfter", Input::Text("10")), field("status", Input::Choice(&["429", "503"]))],
            ),
            of_calls(
                "server_error",
                &[field("status", Input::Choice(&["500", "502", "503", "504"])), EFFECT],
            ),
            of_calls("cut", &[EFFECT]),
            of_calls("slow", &[field("millis", Input::Number("5000"))]),
            of_calls("unauthorized", &[]),
            of_calls("access_denied", &[]),
            plain(
                "token_error",
                &[
                    field(
                        "error",
                        Input::Choice(&[
                            "invalid_grant",
                            "invalid_client",
                            "interaction_required",
                            "temporarily_unavailable",
                        ]),
                    ),
                    field(
                        "description",
                        Input::Text(
                            "AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token is needed.",
                        ),
                    ),
                ],
            ),
        ],
    },
    Group {
        key: "group_reading",
        entries: &[
            plain("resync", &[field("lasting", Input::Flag(false))]),
            plain("repeat_delta", &[]),
            plain("missing_next_link", &[]),
            plain("poison", &[ITEM]),
            plain("poison_page", &[ITEM]),
            plain("conflict", &[field("read", Input::Flag(true)), field("category", Input::Text(""))]),
        ],
    },
    Group {
        key: "group_mailbox",
        entries: &[plain("mailbox_gone", &[]), plain("mailbox_full", &[]), plain("mailbox_moving", &[])],
    },
    Group {
        key: "group_mail",
        entries: &[
            plain("swallowed", &[field("leaves", Input::Choice(&["draft", "sent", "nothing"]))]),
            plain("doubled_delivery", &[]),
            plain("late_delivery", &[field("delaySeconds", Input::Number("600"))]),
            plain("inbox_rule", &[FOLDER, MILLIS]),
            plain(
                "second_reader",
                &[field("does", Input::Choice(&["read", "move", "delete"])), FOLDER, MILLIS],
            ),
        ],
    },
    Group {
        key: "group_notices",
        entries: &[
            plain("notification_lost", &[]),
            plain("notification_doubled", &[]),
            plain("notification_late", &[field("millis", Input::Number("5000"))]),
            plain("notifications_stopped", &[]),
        ],
    },
    Group {
        key: "group_smtp",
        entries: &[plain(
            "smtp_refused",
            &[field("reply", Input::Text("451 4.7.1 Greylisted, come again")), EFFECT],
        )],
    },
];

/// An entry by its kind.
pub fn entry(kind: &str) -> Option<&'static Entry> {
    GROUPS.iter().flat_map(|g| g.entries).find(|e| e.kind == kind)
}
