//! Mails look as their senders meant, and their style sheets can do no more than a `style` attribute may.

use mail::html::{RemotePictures, clean};

fn shown(html: &str) -> String {
    clean(html, RemotePictures::Allowed, &|_| None).html
}

/// The style of the first element that holds `x` in a mail with this sheet.
fn style_of(sheet: &str, element: &str) -> String {
    let html = shown(&format!("<style>{sheet}</style>{element}"));
    let before = html.split_once(">x").map(|(before, _)| before.to_owned()).unwrap_or_default();
    before
        .rsplit_once("style=\"")
        .and_then(|(_, rest)| rest.split('"').next())
        .map(|style| style.replace("&quot;", "'"))
        .unwrap_or_default()
}

/// Outlook writes its paragraphs without distance into a sheet: without it each mail of it has double spacing.
#[test]
fn the_rules_of_a_sheet_reach_the_elements_they_name() {
    for (sheet, element, expected) in [
        (
            "p.MsoNormal, li.MsoNormal {margin:0cm; margin-bottom:.0001pt; font-size:11.0pt; font-family:\"游ゴシック\";}",
            "<p class=MsoNormal>x</p>",
            "margin:0cm;margin-bottom:0.0001pt;font-size:11.0pt;font-family:'游ゴシック'",
        ),
        ("<!-- p {color:red} -->", "<p>x</p>", "color:red"),
        ("P{color:red}", "<p>x</p>", "color:red"),
        (".a.b{color:red}", "<p class='b c a'>x</p>", "color:red"),
        (".a.b{color:red}", "<p class=a>x</p>", ""),
        ("#id{color:red}", "<p id=id>x</p>", "color:red"),
        ("td p{color:red}", "<table><tr><td><p>x</table>", "color:red"),
        ("td > p{color:red}", "<table><tr><td><div><p>x</table>", ""),
        ("td > div > p{color:red}", "<table><tr><td><div><p>x</table>", "color:red"),
        (".o .i p{color:red}", "<div class=i><div class=o><div class=i><p>x</div></div></div>", "color:red"),
        ("td p{color:red}", "<table><tr><td>a</table><p>x", ""),
        ("*{color:red}", "<p>x</p>", "color:red"),
        ("a:link, span.MsoHyperlink{color:#0563c1}", "<a href='https://a.example'>x</a>", "color:#0563c1"),
        ("[class~=a]{color:red} p[lang=ja]{color:blue}", "<p lang=ja class='b a'>x</p>", "color:blue"),
        // Whichever is stronger, wherever it stands; the attribute over both, but not over `!important`.
        ("#i{color:red} .c{color:green} p{color:blue}", "<p id=i class=c>x</p>", "color:red"),
        ("p{color:red} p{color:blue}", "<p>x</p>", "color:blue"),
        ("p{color:red}", "<p style='color:blue'>x</p>", "color:blue"),
        ("p{color:red!important}", "<p style='color:blue'>x</p>", "color:red"),
        ("p{margin-top:1px} .c{margin:2px}", "<p class=c>x</p>", "margin-top:1px;margin:2px"),
        // A window of a desk's width.
        ("@media screen{p{color:red}} @media print{p{color:blue}}", "<p>x</p>", "color:red"),
        ("@media only screen and (min-width:480px){p{color:red}}", "<p>x</p>", "color:red"),
        ("@media (max-width:600px){p{color:red!important}}", "<p>x</p>", ""),
        ("@media (prefers-color-scheme:dark){p{color:red}}", "<p>x</p>", ""),
        ("@import url(x); @font-face{font-family:a;src:url(b)} p{color:red}", "<p>x</p>", "color:red"),
        (
            "p{background:#eee url(https://evil.example/bad.png) no-repeat}",
            "<p>x</p>",
            "background-color:#eee",
        ),
    ] {
        assert_eq!(style_of(sheet, element), expected, "{sheet} {element}");
    }
}

/// What people do, what stands beside, and what another program is told by: none of it is this element.
#[test]
fn a_sheet_says_nothing_it_could_be_read_by() {
    for sheet in [
        "p:hover{color:red}",
        "a:visited, p:visited{color:red}",
        "p::before{content:'y';color:red}",
        "p:not(.a){color:red}",
        "u + p{color:red}",
        "[data-ogsc] p{color:red}",
        "[owa] p{color:red}",
        "p{position:fixed;top:0;z-index:9}",
        "p{background:url(https://evil.example/bad.png)}",
        "p{background-image:image-set('https://evil.example/bad.png' 1x)}",
        "p{color:\\65xpression(alert(1))}",
        "p{width:expression(alert(1))}",
        "p{background:u\\72l(https://evil.example/bad.png)}",
        "p{background-color:u/**/rl(https://evil.example/bad.png)}",
        "p{-moz-binding:url(https://evil.example/bad.xml);behavior:url(x)}",
        "p{p\\6fsition:fixed}",
        "p{--x:url(https://evil.example/bad.png);background-color:var(--x)}",
        "p{font-size:9999px;width:9999px;margin-top:-500px;line-height:99}",
        "p{font-size:0;color:transparent;text-indent:-9999px}",
        "@import 'https://evil.example/bad.css",
        "p{content:url(https://evil.example/bad.png);cursor:url(x),auto;list-style:url(x);animation:a 1s;transform:none;transition:all 1s}",
        "@media screen{@import url(x);p{position:absolute}}",
        "@supports (display:block){p{color:red}}",
        "@keyframes a{p{color:red}}",
        "p{font-family:\"</style><img src=x onerror=alert(1)>",
        "}}}{{{",
    ] {
        assert_eq!(style_of(sheet, "<p>x</p>"), "", "{sheet}");
    }
}

/// The words newsletters have beside their subject in a list of mails stand twice in no mail. What only cannot be read is shown.
#[test]
fn what_a_mail_hides_stays_hidden_and_loads_nothing() {
    for html in [
        "<div style='display:none;font-size:1px;color:#fff;max-height:0;mso-hide:all'>x</div>",
        "<div style='visibility:hidden'>x</div>",
        "<div style='max-height:0px;overflow:hidden'>x</div>",
        "<style>.pre{display:none!important}</style><div class=pre style='display:block'>x</div>",
    ] {
        let html = shown(html);
        assert!(html.contains("display:none"), "{html}");
    }
    assert!(!shown("<div style='mso-hide:all'>x</div>").contains("display"), "that speaks to Outlook alone");
    let inside = clean(
        "<div style='display:none'><p><img src='https://t.example/a.png'></p></div><img src='https://t.example/b.png'>",
        RemotePictures::Allowed,
        &|_| None,
    );
    assert_eq!((inside.pixels, inside.remote_pictures), (1, 1), "{}", inside.html);
    assert!(!inside.html.contains("a.png"), "{}", inside.html);
    assert!(
        !shown("<body style='display:none'>x</body>").contains("display"),
        "a mail that is hidden whole is shown"
    );
}

/// Pictures behind text are not shown, so white text would stand on white; Outlook's dark mode answers in white, too.
#[test]
fn text_can_be_read_on_its_ground() {
    for (html, style) in [
        ("<p style='color:#fff'>x</p>", "color:#1d2126"),
        ("<font color=white>x</font>", "color:#1d2126"),
        ("<p style='color:#fff;background:#003366'>x</p>", "color:#fff;background-color:#003366"),
        ("<table bgcolor=#003366><tr><td style='color:white'>x</table>", "color:white"),
        (
            "<div style='color:#fff'><p style='background:#036'>x</p></div>",
            "background-color:#036;color:#ffffff",
        ),
        ("<p style='background:#111'>x</p>", "background-color:#111;color:#ffffff"),
        ("<body bgcolor=#000000 text=#ffffff><p style='color:#fff'>x</p></body>", "color:#fff"),
        ("<table><td background='https://a.example/b.png' style='color:#ffffff'>x</table>", "color:#1d2126"),
    ] {
        let html = shown(html);
        assert!(html.contains(&format!("style=\"{style}\"")), "{html}");
    }
}

#[test]
fn the_ground_and_the_tables_of_old_stay() {
    let html = shown(
        "<body bgcolor='#eeeeee' style='margin:0;font-family:Arial'><table width=600 align=center bgcolor=#ffffff \
        cellpadding=0 cellspacing=0 border=0><tr valign=top bgcolor=#f0f0f0><td width='50%' align=right nowrap>x</td></tr></table></body>",
    );
    for part in [
        "<div style=\"font-family:Arial;background-color:#eeeeee\">",
        "width=\"600\"",
        "align=\"center\"",
        "bgcolor=\"#ffffff\"",
        "valign=\"top\"",
        "width=\"50%\"",
        "align=\"right\"",
        "nowrap",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
}

/// Gaps between columns are spaces of no size, and empty cells hold a space of one pixel.
#[test]
fn columns_stand_side_by_side_and_spacers_take_no_line() {
    let columns = shown(
        "<div style='font-size:0'> <div style='display:inline-block;width:50%;font-size:14px'>a b</div> \
        <div style='display:inline-block;width:50%;font-size:14px'>b</div></div>",
    );
    assert!(columns.contains("a b</div><div"), "{columns}");
    assert_eq!(
        shown("<table><tr><td height=10 style='font-size:1px;line-height:1px'>&nbsp;</td></tr></table>"),
        "<table><tbody><tr><td height=\"10\"></td></tr></tbody></table>"
    );
    assert!(shown("<p style='font-size:0'>hidden words</p>").contains("hidden words"));
}

/// A sheet of a few thousand rules on as many elements would be millions of comparisons, and a megabyte a rule's worth of text.
#[test]
fn a_sheet_that_would_cost_too_much_is_left_out() {
    let rules: String = (0..3_000)
        .map(|n| format!("div div div div div div p.c{n}{{color:red}}*{{color:#00{n:04x}}}"))
        .collect();
    let body = format!("{}<p class=c1>x</p>", "<div>".repeat(300));
    let html = shown(&format!("<style>{rules}</style>{}", body.repeat(60)));
    assert!(html.contains(">x") && !html.contains("color"), "no sheet, all words");
    let long = format!("<style>p{{font-family:{}}}</style>{}", "a,".repeat(700), "<p>x</p>".repeat(20_000));
    let html = shown(&long);
    assert!(html.len() < long.len() * 4 && html.contains("x</p>"), "{}", html.len());
    let many = format!("<style>{}</style><p>x</p>", "p{color:red}".repeat(40_000));
    assert_eq!(shown(&many), "<p>x</p>");
}
