//! HTML from strangers: nothing of it may run, load or pretend.

use mail::html::{RemotePictures, clean, from_text, to_text};

fn cleaned(html: &str) -> String {
    clean(html, RemotePictures::Allowed, &|id| (id == "pic@x").then(|| "/attachments/7".to_owned())).html
}

#[test]
fn nothing_that_runs_loads_or_pretends_survives() {
    for hostile in [
        "<script>alert(1)</script>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<img src=x onerror=alert(1)>",
        "<img src='https://x/y.png' onload=alert(1)>",
        "<svg onload=alert(1)><animate attributeName=href values=javascript:alert(1)></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' java\nscript:alert(1)'>x</a>",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<a href='vbscript:msgbox'>x</a>",
        "<iframe src='https://evil.example'></iframe>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<object data='https://evil.example/a.swf'></object><embed src='https://evil.example'>",
        "<form action='https://evil.example'><input name=password><button>go</button></form>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<base href='https://evil.example/'>",
        "<link rel=stylesheet href='https://evil.example/a.css'>",
        "<style>@import url(https://evil.example/a.css); body{display:none}</style>",
        "<p style='background:url(https://evil.example/a.png)'>x</p>",
        "<p style='background-image:url(javascript:alert(1))'>x</p>",
        "<p style='position:fixed;top:0;left:0;z-index:9999'>x</p>",
        "<p style='width:expression(alert(1))'>x</p>",
        "<p style='behavior:url(#default#time2)'>x</p>",
        "<table background='https://evil.example/a.png'><tr><td background='https://evil.example/b.png'>x</table>",
        "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
        "<img src='data:text/html;base64,PHNjcmlwdD4='>",
        "<img srcset='https://evil.example/a.png 2x'>",
        "<picture><source srcset='https://evil.example/a.png'></picture>",
        "<video src='https://evil.example/v'><audio src='https://evil.example/a'></audio></video>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<textarea></textarea><img src=x onerror=alert(1)>",
        "<xmp><img src=x onerror=alert(1)></xmp>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<div id=content class=admin name=cookie>x</div>",
        "<a href='https://ok.example' target=_self rel=opener onclick=alert(1)>x</a>",
        "<a href='//evil.example'>x</a>",
        "<a href='/admin/delete'>x</a>",
        "<img src='//evil.example/a.png'>",
        "<img src='cid:postdesk-resolved/https://evil.example/a.png'>",
        "<image src='https://evil.example/a.png' onerror=alert(1)>",
        "<plaintext><img src=x onerror=alert(1)>",
    ] {
        let clean = cleaned(hostile);
        let lower = clean.to_lowercase().replace("target=\"_blank\"", "").replace("&lt;", "");
        for bad in [
            "<script",
            "alert(1)\"",
            "onerror=\"",
            "onload",
            "onclick=",
            "javascript:",
            "vbscript:",
            "<iframe",
            "<object",
            "<embed",
            "<form",
            "<input",
            "<button",
            "<meta",
            "<base",
            "<link",
            "<style",
            "url(",
            "position",
            "expression",
            "behavior",
            "background=",
            "svg",
            "srcset",
            "<video",
            "<audio",
            "data:text",
            "id=\"",
            "class=\"",
            "name=\"",
            "target=",
            "opener\"",
            "href=\"/",
            "src=\"/",
            "postdesk-resolved",
            "z-index",
        ] {
            assert!(!lower.contains(bad), "{bad} survived of {hostile}: {clean}");
        }
        assert!(!clean.contains("src=\"https://evil") || hostile.starts_with("<image"), "{hostile}: {clean}");
    }
}

#[test]
fn what_people_write_survives() {
    for (html, expected) in [
        ("<p>a <b>b</b> <i>c</i></p>", "<p>a <b>b</b> <i>c</i></p>"),
        (
            "<table border=1><tr><td colspan=2>x</td></tr></table>",
            "<table border=\"1\"><tbody><tr><td colspan=\"2\">x</td></tr></tbody></table>",
        ),
        (
            "<span style='color:red;font-size:12px'>x</span>",
            "<span style=\"color:red;font-size:12px\">x</span>",
        ),
        ("<blockquote>old</blockquote>", "<blockquote>old</blockquote>"),
        ("a &lt; b &amp; c", "a &lt; b &amp; c"),
        ("<ruby>漢<rt>かん</rt></ruby>", "<ruby>漢<rt>かん</rt></ruby>"),
        ("<o:p>office</o:p>", "office"),
        ("<html><head><title>t</title></head><body>x</body></html>", "x"),
    ] {
        assert_eq!(cleaned(html), expected, "{html}");
    }
}

#[test]
fn links_open_outside_and_tell_nobody_where_from() {
    let clean = cleaned("<a href='https://ok.example/?a=1&amp;b=2'>x</a> <a href='mailto:a@b.example'>y</a>");
    assert!(clean.contains("href=\"https://ok.example/?a=1&amp;b=2\""), "{clean}");
    assert!(clean.contains("href=\"mailto:a@b.example\""), "{clean}");
    assert_eq!(clean.matches("rel=\"noopener noreferrer nofollow\"").count(), 2, "{clean}");
    assert_eq!(clean.matches("target=\"_blank\"").count(), 2, "{clean}");
}

#[test]
fn pictures_load_only_when_asked_for() {
    let html = "<img src='https://pictures.example/p.gif?id=1' alt=logo><img src=\"CID:pic%40x\"><img src='cid:gone'>\
                <img src='data:image/png;base64,AAAA'>";
    let blocked =
        clean(html, RemotePictures::Blocked, &|id| (id == "pic@x").then(|| "/attachments/7".to_owned()));
    assert_eq!(blocked.blocked_pictures, 1);
    assert!(
        blocked.html.contains("data-remote-src=\"https://pictures.example/p.gif?id=1\""),
        "{}",
        blocked.html
    );
    assert!(!blocked.html.contains(" src=\"https://pictures"), "{}", blocked.html);
    assert!(blocked.html.contains("src=\"/attachments/7\""), "{}", blocked.html);
    assert!(blocked.html.contains("src=\"data:image/png;base64,AAAA\""), "{}", blocked.html);
    assert!(!blocked.html.contains("cid:"), "{}", blocked.html);
    let allowed = clean(html, RemotePictures::Allowed, &|_| None);
    assert_eq!((allowed.remote_pictures, allowed.blocked_pictures), (1, 0));
    assert!(allowed.html.contains(" src=\"https://pictures.example/p.gif?id=1\""), "{}", allowed.html);
}

#[test]
fn tracking_pixels_are_named_and_never_loaded() {
    for pixel in [
        "<img src='https://t.example/a' width=1 height=1>",
        "<img src='https://t.example/a' width='1px' height='1px'>",
        "<img src='https://t.example/a' width=0>",
        "<img src='https://t.example/a' style='width:1px;height:1px'>",
        "<img src='https://t.example/a' style='Height: 0.5pt !important; WIDTH:1PX'>",
        "<img src='https://t.example/a' style='display:none'>",
        "<img src='https://t.example/a' style='opacity:0' width=600>",
        "<img src='https://t.example/a' hidden>",
        "<img src='https://t.example/wf/open?upn=abc'>",
        "<img src='https://t.example/track/open.php?u=1'>",
        "<img src='https://t.example/x/open.aspx'>",
        "<img src='https://t.example/pixel.gif'>",
        "<IMAGE SRC='HTTPS://T.example/pixel'>",
    ] {
        for pictures in [RemotePictures::Blocked, RemotePictures::Allowed] {
            let clean = clean(pixel, pictures, &|_| None);
            assert_eq!((clean.pixels, clean.remote_pictures, clean.blocked_pictures), (1, 0, 0), "{pixel}");
            assert_eq!(clean.pixel_hosts, ["t.example"], "{pixel}");
            assert!(!clean.html.to_lowercase().contains("t.example"), "{pixel}: {}", clean.html);
        }
    }
    for picture in [
        "<img src='https://t.example/logo.png' width=120 height=40>",
        "<img src='https://t.example/line.png' width=600 height=1>",
        "<img src='https://t.example/logo.png'>",
        "<img src='https://t.example/logo.png' style='width:100%;height:auto'>",
        "<img src='https://t.example/open-day.jpg'>",
    ] {
        let clean = clean(picture, RemotePictures::Blocked, &|_| None);
        assert_eq!((clean.pixels, clean.remote_pictures), (0, 1), "{picture}");
    }
    // A mail's own picture tells nobody anything.
    assert_eq!(clean("<img src='cid:a' width=1 height=1>", RemotePictures::Blocked, &|_| None).pixels, 0);
}

#[test]
fn outlooks_paragraphs_may_be_known_as_such_and_no_other_class_is() {
    let html =
        "<p class='MsoNormal postdesk-to'>x</p><p class=evil>y</p><small class='postdesk-misleads'>z</small>";
    assert_eq!(cleaned(html), "<p class=\"MsoNormal\">x</p><p>y</p><small>z</small>");
}

#[test]
fn html_reads_well_as_text() {
    for (html, text) in [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<p>a <b>bold</b> word</p>", "a bold word"),
        ("<ul><li>x</li><li>y</li></ul>", "* x\n* y"),
        ("<ol><li>x</li><li>y</li></ol>", "1. x\n2. y"),
        ("<p>ask</p><blockquote>old<br>older</blockquote><p>new</p>", "ask\n> old\n> older\n\nnew"),
        ("<style>p{}</style><script>x</script><title>t</title>seen", "seen"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a b\nc d"),
        ("<p class=MsoNormal>l1</p><p class=MsoNormal>l2</p>", "l1\nl2"),
        ("日本語の\n文章", "日本語の 文章"),
        ("a&nbsp;&amp;&lt;b&gt;", "a &<b>"),
        ("<pre>x\n  y</pre>", "x\n  y"),
        ("<img alt=Logo src=x> hi", "[Logo] hi"),
    ] {
        assert_eq!(to_text(html), text, "{html}");
    }
}

#[test]
fn text_becomes_html_that_shows_it_unchanged() {
    let link = |url: &str| {
        format!("<a href=\"{url}\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">{url}</a>")
    };
    for (text, html) in [
        ("a < b & \"c\"", "a &lt; b &amp; &quot;c&quot;".to_owned()),
        ("one\r\ntwo\nthree", "one<br>\ntwo<br>\nthree".to_owned()),
        ("see https://a.example/x.", format!("see {}.", link("https://a.example/x"))),
        ("(http://a.example/x_(y))", format!("({})", link("http://a.example/x_(y)"))),
        (
            "詳しくはhttps://a.example/をご覧ください",
            format!("詳しくは{}をご覧ください", link("https://a.example/")),
        ),
        ("javascript:alert(1) https://", "javascript:alert(1) https://".to_owned()),
        ("<script>", "&lt;script&gt;".to_owned()),
        (
            "https://a.example/?q=\"><script>",
            format!("{}&quot;&gt;&lt;script&gt;", link("https://a.example/?q=")),
        ),
    ] {
        assert_eq!(from_text(text), html, "{text}");
    }
}
