//! Twice the mail takes twice the time, whatever it is made of. Measured in time on the processor, so that a busy machine changes little.

use std::time::Duration;

use mail::html::{RemotePictures, clean};
use mail::read;

/// Four times the size may take this many times the time: linear growth takes four, quadratic sixteen.
const MOST: f64 = 9.0;
/// Shorter measurements say nothing.
const LEAST: Duration = Duration::from_millis(3);

/// Time this thread has spent on a processor.
fn on_processor() -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|stat| stat.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()));
    match spent {
        Some(nanoseconds) => Duration::from_nanos(nanoseconds),
        None => std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap(),
    }
}

/// The shortest of some measurements.
fn time(work: &dyn Fn()) -> Duration {
    let once = || {
        let start = on_processor();
        work();
        on_processor().saturating_sub(start)
    };
    (0..2).map(|_| once()).min().unwrap()
}

/// How many times longer four times the size takes, at a size that can be measured.
fn growth(build: &dyn Fn(usize) -> String, work: &dyn Fn(&str)) -> f64 {
    let mut size = 200;
    loop {
        let (small, large) = (build(size), build(size * 4));
        let (short, long) = (time(&|| work(&small)), time(&|| work(&large)));
        if short < LEAST && size < 400_000 {
            size *= 3;
            continue;
        }
        // Beyond the limits of the reader the time stands still.
        return long.as_secs_f64() / short.as_secs_f64().max(LEAST.as_secs_f64());
    }
}

/// Noise goes away when one measures again; quadratic growth does not.
fn must_be_linear(what: &str, build: &dyn Fn(usize) -> String, work: &dyn Fn(&str)) {
    let mut growths = Vec::new();
    for _ in 0..3 {
        let growth = growth(build, work);
        if growth <= MOST {
            return;
        }
        growths.push(growth);
    }
    panic!("{what}: four times the size takes {growths:.1?} times the time");
}

fn with_header(header: &str, body: &str) -> String {
    format!("From: a@b.example\r\nSubject: Re: x\r\n{header}\r\n\r\n{body}")
}

fn all_linear(mails: &[(&str, &dyn Fn(usize) -> String)]) {
    for (what, build) in mails {
        must_be_linear(what, build, &|raw| {
            let letter = read(raw.as_bytes());
            assert_eq!(letter.size, raw.len() as u64, "{what}");
        });
    }
}

#[test]
fn headers_are_read_in_linear_time() {
    all_linear(&[
        ("header lines", &|n| with_header(&"X-A: b\r\n".repeat(n), "x")),
        ("folded lines", &|n| with_header(&format!("X-A: b{}", "\r\n c".repeat(n)), "x")),
        ("addresses", &|n| with_header(&format!("To: {}", "Kim <k@b.example>, ".repeat(n)), "x")),
        ("encoded words", &|n| with_header(&format!("X-A: {}", "=?utf-8?B?44GC?= ".repeat(n)), "x")),
        ("references", &|n| with_header(&format!("References: {}", "<a@b.example> ".repeat(n)), "x")),
        ("parameters", &|n| with_header(&format!("Content-Type: text/plain{}", "; a*0*=x".repeat(n)), "x")),
    ]);
}

#[test]
fn parts_are_read_in_linear_time() {
    let mixed = "Content-Type: multipart/mixed; boundary=b";
    all_linear(&[
        ("parts", &|n| with_header(mixed, &"--b\r\n\r\nx\r\n".repeat(n))),
        ("lines like boundaries", &|n| with_header(mixed, &format!("--b\r\n\r\n{}", "--c\r\n".repeat(n)))),
        ("nested parts", &|n| {
            // Kept below the depth at which the rest is read as text, which is a different work.
            let nested = |depth| {
                format!("--b{depth}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", depth + 1)
            };
            let deep = (0..n.min(1_400)).map(nested).collect::<String>();
            with_header("Content-Type: multipart/mixed; boundary=b0", &deep)
        }),
        ("base64", &|n| with_header("Content-Transfer-Encoding: base64", &"5pel5pys6Kqe\r\n".repeat(n))),
        ("quoted-printable", &|n| {
            with_header("Content-Transfer-Encoding: quoted-printable", &"=E6=97=A5=\r\n".repeat(n))
        }),
        ("equals signs", &|n| with_header("Content-Transfer-Encoding: quoted-printable", &"=".repeat(n * 5))),
        ("equals signs and blanks", &|n| {
            with_header("Content-Transfer-Encoding: quoted-printable", &"= ".repeat(n * 5))
        }),
        ("pictures and their names", &|n| {
            let html: String = (0..n).map(|at| format!("<img src=\"a/{at}.png\">")).collect();
            let pictures: String = (0..n.min(2_900))
                .map(|at| {
                    format!("--b\r\nContent-Type: image/png\r\nContent-Location: a/{at}.png\r\n\r\nx\r\n")
                })
                .collect();
            with_header(mixed, &format!("--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n{pictures}"))
        }),
        ("pictures between texts", &|n| {
            let row = "--b\r\n\r\nx\r\n--b\r\nContent-Type: image/gif\r\n\r\nGIF89a\x01\0\x01\0\x71\0\0\r\n";
            with_header(mixed, &row.repeat(n))
        }),
        ("enriched text", &|n| with_header("Content-Type: text/enriched", &"<bold>a<<\n<a".repeat(n))),
        ("rich text", &|n| with_header("Content-Type: text/rtf", &"{\\f1\\'82\\htmlrtf ".repeat(n))),
        ("calendar alone", &|n| {
            with_header("Content-Type: text/calendar", &"BEGIN:VEVENT\r\nDESCRIPTION:x\r\n".repeat(n))
        }),
        ("signed pieces", &|n| {
            use base64::Engine;
            let head = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80";
            let signed = [&head[..], &b"\x04\x01a".repeat(n), &[0; 12]].concat();
            let body = base64::engine::general_purpose::STANDARD.encode(signed);
            with_header("Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64", &body)
        }),
        ("flowed lines", &|n| with_header("Content-Type: text/plain; format=flowed", &"> a \r\n".repeat(n))),
        ("uuencoded beginnings", &|n| with_header("X-A: b", &"begin 644 a\r\nM\r\n".repeat(n))),
    ]);
}

/// The rules that look for a history look ahead; each beginning of one is a place from which they might look to the end.
#[test]
fn quotes_forwards_and_signatures_are_found_in_linear_time() {
    let text = |line: &'static str| {
        move |n: usize| {
            with_header("Content-Type: text/plain; charset=utf-8", &format!("x\r\n{}", line.repeat(n)))
        }
    };
    all_linear(&[
        ("one long mark", &|n| with_header("X-A: b", &">".repeat(n * 5))),
        ("marked lines", &text("> a\r\n")),
        ("marked and unmarked lines", &text("> a\r\n\r\nb\r\n\r\n")),
        ("senders", &text("From: a\r\n")),
        ("senders and dates", &text("From: a\r\nDate: b\r\n")),
        ("people without end", &text("Cc: a@b.example,\r\n")),
        ("announcements", &text("On 2026/11/27 8:02 a\r\n")),
        ("dates and empty lines", &text("2026/11/27 8:02:\r\n\r\n\r\n\r\n")),
        ("forward banners", &text("---------- Forwarded\r\n")),
        ("rules", &text("------------\r\n")),
        ("markers", &text("-- \r\na\r\n")),
        ("tokens", &text("[PD-AE-AAAAAAAAAAAAAAAA]\r\n")),
        ("one long line", &|n| with_header("X-A: b", &"From: a On 2026/11/27 8:02 ".repeat(n))),
        ("forwarded at signs", &|n| {
            let people = "@a".repeat(n);
            with_header(
                "X-A: b",
                &format!("---- Forwarded message ----\r\nFrom: {people}\r\nTo: {people}\r\nDate: x\r\n"),
            )
        }),
    ]);
    for (what, line) in [("commands", "#status solved\n"), ("empty lines", "\n"), ("signs", "#")] {
        must_be_linear(what, &|n| line.repeat(n), &|text| {
            assert!(mail::command::take(text).rest.len() <= text.len());
        });
    }
}

#[test]
fn html_is_read_in_linear_time() {
    let html = |piece: &'static str| {
        move |n: usize| with_header("Content-Type: text/html; charset=utf-8", &piece.repeat(n))
    };
    all_linear(&[
        ("nested tags", &html("<div>")),
        ("nested quotes", &html("<blockquote type=cite>a")),
        ("signatures", &html("<div class=gmail_signature>a</div>b")),
        ("quotes and answers", &html("<div class=gmail_quote>a</div>b")),
        ("Outlook's rules", &html("<div style='border:none;border-top:solid'><p>a</p></div>")),
        ("empty elements", &html("<b></b>")),
        ("line breaks", &html("a<br>")),
        ("entities", &html("&amp;&#x3042;")),
        ("pictures", &html("<img src=cid:a>")),
        ("stray ends", &html("</p></div>")),
    ]);
}

#[test]
fn html_is_cleaned_in_linear_time() {
    for (what, piece) in [
        ("paragraphs", "<p style='color:red'>a</p>"),
        ("links", "<a href='https://a.example/'>a</a>"),
        ("styles", "<style>a{b:c}</style>"),
        ("sheets and elements", "<style>p b{color:red}</style><p><b>a</b></p>"),
        ("scripts", "<script>a</script>"),
        ("comments", "<!-- a -->"),
        ("pictures", "<img src='https://a.example/b.png'>"),
    ] {
        must_be_linear(what, &|n| piece.repeat(n), &|html| {
            clean(html, RemotePictures::Blocked, &|_| None);
        });
    }
}
