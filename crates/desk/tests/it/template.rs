//! The account's mail template: what it must say, and what is done when it does not.
#![expect(clippy::unwrap_used, reason = "tests")]

use desk::template::{Fault, Form, MailTemplate, Pieces, Signature};

const TOKEN: &str = "[AB-CD]";

fn pieces(form: Form) -> Pieces {
    let of = |text: &str| match form {
        Form::Html => format!("<p>{text}</p>"),
        Form::Text => text.to_owned(),
    };
    Pieces {
        content: of("Hello"),
        quoted_content: of("Before"),
        footer: of("Contoso"),
        lang: "en",
        ..Pieces::default()
    }
}

fn own(html: &str, text: &str) -> MailTemplate {
    MailTemplate { html: html.to_owned(), text: text.to_owned(), delimiter: None }
}

#[test]
fn the_desks_own_template_has_everything_and_escapes_no_piece() {
    let template = MailTemplate { delimiter: Some(String::new()), ..MailTemplate::default() };
    template.check().unwrap();
    let all = Pieces {
        delimiter: "##- Write above -##".to_owned(),
        signature: "<b>Aoi</b>".to_owned(),
        footer_link: "<a href=\"x\">open</a>".to_owned(),
        ..pieces(Form::Html)
    };
    let (html, fault) = template.write(Form::Html, &all, TOKEN);
    assert_eq!(fault, None);
    for piece in
        [&all.content, &all.quoted_content, &all.footer, &all.delimiter, &all.signature, &all.footer_link]
    {
        assert_eq!(html.matches(piece.as_str()).count(), 1, "{piece} in {html}");
    }
    assert!(html.contains("lang=\"en\" dir=\"ltr\"") && html.contains("@media"), "{html}");
    let (text, fault) = template.write(Form::Text, &pieces(Form::Text), TOKEN);
    assert_eq!((text.as_str(), fault), ("Hello\n\nContoso\n\nBefore\n\n[AB-CD]\n", None));
}

#[test]
fn a_mail_in_japanese_begins_with_a_japanese_font() {
    let pieces = Pieces { lang: "ja", ..pieces(Form::Html) };
    let (html, _) = MailTemplate::default().write(Form::Html, &pieces, TOKEN);
    assert!(html.contains("font-family:Meiryo,"), "{html}");
    // A quote mark that became an entity would end the style in some programs.
    assert!(!html.contains("&#x27;") && !html.contains("&#39;"), "{html}");
}

/// Without the token a reply that lost its threading would become a new ticket.
#[test]
fn the_token_is_in_every_mail_whatever_the_template_says() {
    for (html, place) in [
        ("<body>{{ content }}</body>", "</div></body>"),
        ("{{ content }}", "</div>"),
        ("<html>{{ content }}</html>", "</div></html>"),
    ] {
        let template = own(html, "{{ content }}");
        let (out, _) = template.write(Form::Html, &pieces(Form::Html), TOKEN);
        assert_eq!(out.matches(TOKEN).count(), 1);
        assert!(out.ends_with(place), "{out}");
        let (out, _) = template.write(Form::Text, &pieces(Form::Text), TOKEN);
        assert_eq!(out, "Hello\n\n[AB-CD]\n");
    }
}

#[test]
fn what_is_wrong_with_a_template_is_said_with_its_line() {
    let long = "x".repeat(200_001);
    let table = [
        (own("<p>Hi</p>", "{{ content }}"), Fault::NoContent(Form::Html)),
        (own("{{ content }}", "Hi"), Fault::NoContent(Form::Text)),
        (own("{% if signature %}{{ content }}{% endif %}", "{{ content }}"), Fault::NoContent(Form::Html)),
        (own("{{ content }}", &long), Fault::TooLong(Form::Text)),
        (
            MailTemplate { delimiter: Some("too short".to_owned()), ..MailTemplate::default() },
            Fault::DelimiterLength,
        ),
        (
            MailTemplate { delimiter: Some("長".repeat(66)), ..MailTemplate::default() },
            Fault::DelimiterLength,
        ),
        (
            MailTemplate { delimiter: Some(String::new()), ..own("{{ content }}", "{{ content }}") },
            Fault::NoDelimiter(Form::Html),
        ),
    ];
    for (template, expected) in table {
        assert_eq!(template.check(), Err(expected));
    }
    let broken = own("one\n{{ content }}\n{% if %}", "{{ content }}").check().unwrap_err();
    assert!(
        matches!(&broken, Fault::Broken { form: Form::Html, line: Some(3), what } if !what.is_empty()),
        "{broken}"
    );
    let endless =
        "{{ content }}{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
    assert!(matches!(own("{{ content }}", endless).check(), Err(Fault::Broken { form: Form::Text, .. })));
}

#[test]
fn a_broken_template_keeps_no_mail_from_leaving() {
    for broken in ["{% if %}", "nothing", "{{ content|nosuchfilter }}"] {
        for form in [Form::Html, Form::Text] {
            let (out, fault) = own(broken, broken).write(form, &pieces(form), TOKEN);
            assert!(out.contains("Hello") && out.contains("Contoso") && out.contains(TOKEN), "{out}");
            assert!(fault.is_some(), "{broken}");
        }
    }
}

#[test]
fn what_people_write_is_never_read_as_a_template() {
    let pieces = Pieces { content: "{{ footer }} {% if %}".to_owned(), ..pieces(Form::Text) };
    let (out, fault) = MailTemplate::default().write(Form::Text, &pieces, TOKEN);
    assert!(fault.is_none() && out.starts_with("{{ footer }} {% if %}"), "{out}");
}

#[test]
fn a_signature_names_the_agent_and_runs_nothing() {
    let signature = Signature {
        text: "{{ brand.name }} サポート\n{{ agent.name }}".to_owned(),
        html: "<b>{{ agent.name }}</b><script>x</script><img src=\"https://contoso.example/logo.png\" onerror=\"x\">".to_owned(),
    };
    signature.check().unwrap();
    let (text, html) = signature.write("佐藤 <あおい>", "Contoso");
    assert_eq!(text, "Contoso サポート\n佐藤 <あおい>");
    assert!(html.contains("<b>佐藤 &lt;あおい&gt;</b>") && html.contains("logo.png"), "{html}");
    assert!(!html.contains("script") && !html.contains("onerror"), "{html}");
    let text_only = Signature { text: "a\nhttps://contoso.example/".to_owned(), html: String::new() };
    let (_, html) = text_only.write("Aoi", "Contoso");
    assert!(html.contains("a<br>") && html.contains("href=\"https://contoso.example/\""), "{html}");
    assert!(Signature { text: "{{ agent.".to_owned(), ..Signature::default() }.check().is_err());
    assert_eq!(Signature { text: "{{ agent.".to_owned(), ..Signature::default() }.write("A", "B").0, "");
}
