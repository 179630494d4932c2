//! Placeholders render, stay within bounds, and relay no spam.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use desk::placeholder::{is_machine, render, suppress_for_machine, suppress_relay};

fn values(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn placeholders_are_replaced_and_unknown_ones_are_empty() {
    let values =
        values(&[("ticket.id", "7"), ("ticket.requester.name", "花子"), ("current_user.name", "Bo")]);
    let cases = [
        ("#{{ticket.id}} {{ ticket.requester.name }}様", "#7 花子様"),
        ("[{{ nothing }}{{ ticket.nothing.at.all }}]", "[]"),
        ("{% if ticket.id %}yes{% endif %}", "yes"),
        ("<b>{{ current_user.name }}</b>", "<b>Bo</b>"),
    ];
    for (template, text) in cases {
        assert_eq!(render(template, &values).unwrap(), text, "{template}");
    }
}

#[test]
fn what_people_write_is_never_read_as_a_template() {
    let values = values(&[("ticket.title", "{{ ticket.secret }} <b>{% for %}"), ("ticket.secret", "x")]);
    assert_eq!(render("{{ ticket.title }}", &values).unwrap(), "{{ ticket.secret }} <b>{% for %}");
}

#[test]
fn a_broken_template_names_its_line() {
    let error = render("one\n{{ ticket.", &BTreeMap::new()).unwrap_err();
    assert!(error.contains('2'), "{error}");
}

#[test]
fn an_endless_or_huge_template_ends() {
    let endless = "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}";
    assert!(render(endless, &BTreeMap::new()).is_err());
    let big = "y".repeat(600_000);
    assert!(render("{{ a }}{{ a }}", &values(&[("a", &big)])).is_err());
}

#[test]
fn a_name_that_is_both_value_and_branch_harms_nothing() {
    let values = values(&[("ticket", "t"), ("ticket.id", "7")]);
    assert_eq!(render("{{ ticket.id }}", &values).unwrap(), "7");
}

#[test]
fn first_replies_to_strangers_carry_none_of_their_words() {
    // zendesk.md 6.2: else the desk mails anybody's text to anybody.
    let spam = [
        "ticket.comments",
        "ticket.description",
        "ticket.public_comments",
        "ticket.latest_comment",
        "ticket.latest_comment_html",
        "ticket.latest_comment_rich",
        "ticket.latest_comment_formatted",
        "ticket.latest_public_comment",
        "ticket.latest_public_comment_html",
        "ticket.comments_formatted",
        "ticket.public_comments_formatted",
        "comment.rich",
        "comment.value_rich",
    ];
    let kept = ["ticket.id", "ticket.url", "ticket.account", "current_user.name", "ticket.encoded_id"];
    let list: Vec<_> = spam.iter().chain(&kept).map(|name| (*name, "text")).collect();
    let mut values = values(&list);
    suppress_relay(&mut values);
    for name in spam {
        assert_eq!(values[name], "", "{name}");
    }
    for name in kept {
        assert_eq!(values[name], "text", "{name}");
    }
}

/// Zendesk's templates walk through the comments, or write them out as a whole: both must work, for they are what people bring along.
#[test]
fn a_list_is_walked_through_or_written_out() {
    let values = values(&[
        ("ticket.comments", "all of it"),
        ("ticket.comments.0.value", "newest"),
        ("ticket.comments.0.author.name", "花子"),
        ("ticket.comments.1.value", "older"),
        ("ticket.comments.10.value", "oldest"),
    ]);
    for (template, text) in [
        ("{{ ticket.comments }}", "all of it"),
        ("{% for comment in ticket.comments %}[{{ comment.value }}]{% endfor %}", "[newest][older][oldest]"),
        ("{{ ticket.comments[0].author.name }}{{ ticket.comments|length }}", "花子3"),
        ("{% for comment in ticket.public_comments %}x{% endfor %}", ""),
    ] {
        assert_eq!(render(template, &values).unwrap(), text, "{template}");
    }
}

/// Of a list that is suppressed not even the length or the authors are left.
#[test]
fn a_suppressed_list_has_nothing_to_walk_through() {
    let all = || {
        values(&[
            ("ticket.comments", "all"),
            ("ticket.comments.0.author.name", "花子"),
            ("ticket.comments_formatted", "all"),
            ("ticket.latest_comment", "newest"),
            ("ticket.id", "7"),
        ])
    };
    let template = "{{ ticket.comments }}{% for c in ticket.comments %}{{ c.author.name }}{% endfor %}|\
                    {{ ticket.comments_formatted }}|{{ ticket.latest_comment }}|{{ ticket.id }}";
    let (mut relayed, mut to_machine) = (all(), all());
    suppress_relay(&mut relayed);
    suppress_for_machine(&mut to_machine);
    assert_eq!(render(template, &all()).unwrap(), "all花子|all|newest|7");
    assert_eq!(render(template, &relayed).unwrap(), "|||7");
    // A machine still reads what is new, or it could not be written to at all.
    assert_eq!(render(template, &to_machine).unwrap(), "||newest|7");
}

#[test]
fn a_machine_is_known_by_its_address() {
    let is = |text: &str| is_machine(&mail::Address::parse(text).unwrap());
    for machine in
        ["noreply@x.example", "No-Reply+12@x.example", "mailer-daemon@x.example", "donotreply.jp@x.example"]
    {
        assert!(is(machine), "{machine}");
    }
    for person in ["noreplyson@x.example", "reply@x.example", "post@x.example"] {
        assert!(!is(person), "{person}");
    }
}
